// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/cgroups.h"
#include "engine/rt/writer.h"

namespace nosc::cgroups {
namespace {

constexpr Place kPlace = {"/linux/cgroupsPath"};
constexpr std::string_view kDefaultPrefix = "nosc-";

// Writes the components of a path behind what is there, each but the first after a '/'. Returns
// false for a path that climbs.
bool append_components(std::string_view path, Writer& out) {
  while (!path.empty()) {
    const std::string_view component = path.substr(0, path.find('/'));
    path.remove_prefix(component.size() < path.size() ? component.size() + 1 : path.size());
    if (component.empty() || component == ".") continue;
    if (component == "..") return false;
    if (!out.view().empty()) out.character('/');
    out.text(component);
  }
  return true;
}

bool is_root(const HostFacts& facts) { return facts.euid == 0; }

// Whether the place below which relative and default paths are is known.
bool has_base(const HostFacts& facts) { return is_root(facts) || facts.own_cgroup[0] != '\0'; }

}  // namespace

CgroupPlan plan_cgroup(const spec::Linux& linux, std::string_view container_id,
                       const HostFacts& facts, Arena& arena) {
  const std::string_view wanted = linux.cgroups_path;
  const bool absolute = wanted.starts_with('/');
  CgroupPlan plan;
  plan.mount = facts.cgroup_mount;
  plan.place = kPlace;
  if (facts.cgroup_mount[0] == '\0' || (!absolute && !has_base(facts))) {
    if (wanted.empty()) return plan;
    fail({.code = ErrorCode::kUnsupported,
          .object = wanted,
          .place = kPlace,
          .text = "needs the cgroup2 hierarchy, which this host doesn't show"});
  }
  const std::string_view base = absolute || is_root(facts) ? "" : facts.own_cgroup;
  const std::string_view prefix = wanted.empty() ? kDefaultPrefix : "";
  const std::string_view name = wanted.empty() ? container_id : wanted;
  const auto path = arena.array<char>(base.size() + prefix.size() + name.size() + 3);
  Writer writer(path);
  append_components(base, writer);
  const size_t base_bytes = writer.view().size();
  if (!prefix.empty()) {
    if (base_bytes != 0) writer.character('/');
    writer.text(prefix).text(name);
  } else if (!append_components(name, writer)) {
    fail_invalid(kPlace, "must not contain \"..\"", wanted);
  }
  if (writer.view().size() == base_bytes) fail_invalid(kPlace, "names no cgroup", wanted);
  plan.use = wanted.empty() ? CgroupUse::kIfPermitted : CgroupUse::kRequired;
  plan.path = path.first(writer.view().size());
  return plan;
}

}  // namespace nosc::cgroups
