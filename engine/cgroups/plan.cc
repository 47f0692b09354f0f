// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/cgroups.h"
#include "engine/cgroups/path.h"
#include "engine/rt/number.h"
#include "engine/rt/split.h"
#include "engine/rt/writer.h"

namespace nosc::cgroups {
namespace {

constexpr Place kPlace = {"/linux/cgroupsPath"};

// Writes the components of a path, each behind a '/'. Returns false for a path that climbs.
bool append_components(std::string_view path, Writer& out) {
  while (!path.empty()) {
    const std::string_view component = take_until(path, '/');
    if (component.empty() || component == ".") continue;
    if (component == "..") return false;
    out.character('/').text(component);
  }
  return true;
}

// The container's path in one hierarchy, below `base`.
Hierarchy plan_hierarchy(const CgroupHierarchy& host, const char* base, std::string_view wanted,
                         std::string_view container_id, Arena& arena) {
  const std::string_view mount = host.mount;
  const std::string_view below = base;
  const std::string_view name = wanted.empty() ? container_id : wanted;
  // Each piece may gain a '/' in front, and the NUL is behind.
  const auto path = arena.array<char>(mount.size() + below.size() + name.size() + 4);
  Writer writer(path);
  writer.text(mount);
  append_components(below, writer);
  const size_t base_bytes = writer.view().size();
  if (!append_components(name, writer)) {
    fail_invalid(kPlace, "must not contain \"..\"", wanted);
  }
  const size_t path_bytes = writer.view().size();
  if (path_bytes == base_bytes) fail_invalid(kPlace, "names no cgroup", wanted);
  return {.path = path.first(path_bytes),
          .mount_bytes = static_cast<uint32_t>(mount.size()),
          .existing_bytes = static_cast<uint32_t>(path_bytes),
          .controllers = host.controllers};
}

void plan_hierarchies(const spec::Linux& linux, std::string_view container_id,
                      const HostFacts& facts, CgroupPlan& plan, Arena& arena) {
  const std::string_view wanted = linux.cgroups_path;
  const bool from_mount = owns_cgroups(facts) || wanted.starts_with('/');
  plan.hierarchies = arena.array<Hierarchy>(facts.cgroup_hierarchies.size() + 1);
  size_t count = 0;
  const auto add = [&](const CgroupHierarchy& host) {
    // Where the place below which relative and default paths are isn't known there is no cgroup.
    if (host.mount[0] == '\0' || (!from_mount && host.own_cgroup[0] == '\0')) return;
    const char* base = from_mount ? "" : host.own_cgroup;
    plan.hierarchies[count++] = plan_hierarchy(host, base, wanted, container_id, arena);
  };
  add({.mount = facts.cgroup_mount, .own_cgroup = facts.own_cgroup, .controllers = {}});
  // Joining a hierarchy of version 1 takes milliseconds: without need cgroup2's has to do.
  if (count == 0 || !wanted.empty() || linux.resources.present) {
    for (const CgroupHierarchy& host : facts.cgroup_hierarchies) add(host);
  }
  plan.hierarchies = plan.hierarchies.first(count);
}

// Takes a number and the character behind it off the front.
uint32_t take_number(std::string_view& text) {
  const size_t colon = text.find(':');
  const auto number = parse_decimal(text.substr(0, colon), UINT32_MAX);
  if (colon == text.npos || !number) fail_invalid(kNoPlace, "isn't a list of cgroups", text);
  text.remove_prefix(colon + 1);
  return static_cast<uint32_t>(*number);
}

}  // namespace

CgroupPlan plan_cgroup(const spec::Linux& linux, std::string_view container_id,
                       const HostFacts& facts, Arena& arena) {
  CgroupPlan plan;
  plan.place = kPlace;
  plan_hierarchies(linux, container_id, facts, plan, arena);
  if (plan.hierarchies.empty() && !linux.cgroups_path.empty()) {
    fail({.code = ErrorCode::kUnsupported,
          .object = linux.cgroups_path,
          .place = kPlace,
          .text = "needs a cgroup hierarchy, which this host doesn't show"});
  }
  plan_resources(linux.resources, &linux.devices, plan, arena);
  if (plan.hierarchies.empty()) return plan;
  bool limited = false;
  for (const WriteRecord& write : plan.writes) {
    limited |= write.kind != WriteKind::kDevice && write.kind != WriteKind::kDefaultDevice;
  }
  plan.use =
      limited || !linux.cgroups_path.empty() ? CgroupUse::kRequired : CgroupUse::kIfPermitted;
  return plan;
}

void plan_owner(const spec::Config& config, sys::NamespaceFlags created, CgroupPlan& plan) {
  if (!created.has(sys::kCLONE_NEWCGROUP | sys::kCLONE_NEWUSER)) return;
  bool writable = false;
  for (const spec::Mount& mount : config.mounts) {
    if (mount.type != "cgroup" && mount.type != "cgroup2") continue;
    writable = true;
    for (const std::string_view option : mount.options) writable &= option != "ro";
  }
  if (!writable) return;
  const uint32_t uid = config.process.user.uid;
  for (const spec::IdMapping& map : config.linux.uid_mappings) {
    if (uid < map.container_id || uid - map.container_id >= map.size) continue;
    plan.owner = sys::Uid{map.host_id + (uid - map.container_id)};
    plan.has_owner = true;
  }
}

void write_hierarchies(const CgroupPlan& plan, Writer& out) {
  for (const Hierarchy& hierarchy : plan.hierarchies) {
    out.decimal(hierarchy.controllers.bits()).character(':').decimal(hierarchy.mount_bytes);
    out.character(':').decimal(hierarchy.path.size()).character(':');
    out.text(hierarchy.text()).character(';');
  }
}

CgroupPlan read_hierarchies(std::string_view text, const KeptBytes& kept, Arena& arena) {
  CgroupPlan plan;
  plan.use = CgroupUse::kRequired;
  plan.hierarchies = arena.array<Hierarchy>(kMaximumHierarchies);
  size_t count = 0;
  for (size_t i = 0; !text.empty(); ++i) {
    Hierarchy hierarchy;
    hierarchy.controllers = Controllers::from_bits(static_cast<uint16_t>(take_number(text)));
    hierarchy.mount_bytes = take_number(text);
    const size_t path_bytes = take_number(text);
    if (path_bytes >= text.size() || hierarchy.mount_bytes > path_bytes ||
        i == plan.hierarchies.size()) {
      fail_invalid(kNoPlace, "isn't a list of cgroups", text);
    }
    const std::string_view path = arena.copy_string(text.substr(0, path_bytes));
    hierarchy.path = {const_cast<char*>(path.data()), path_bytes};
    hierarchy.existing_bytes = kept[i];
    text.remove_prefix(path_bytes + 1);
    if (kept[i] != kNotInIt) plan.hierarchies[count++] = hierarchy;
  }
  plan.hierarchies = plan.hierarchies.first(count);
  return plan;
}

KeptBytes kept_bytes(const CgroupPlan& plan) {
  KeptBytes kept{};
  for (size_t i = 0; i < plan.hierarchies.size(); ++i) {
    kept[i] = static_cast<uint16_t>(plan.hierarchies[i].existing_bytes);
  }
  return kept;
}

}  // namespace nosc::cgroups
