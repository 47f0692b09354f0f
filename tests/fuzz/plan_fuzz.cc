// SPDX-License-Identifier: Apache-2.0
// Plans any configuration for three hosts and checks what every plan promises.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "engine/plan/plan.h"
#include "engine/rt/testing.h"
#include "engine/spec/parse.h"

namespace {

using nosc::HostFacts;
using nosc::Plan;

constexpr HostFacts kHosts[] = {
    {.cgroup_layout = nosc::CgroupLayout::kHybrid,
     .cgroup_mount = "/sys/fs/cgroup/unified",
     .last_capability = 40,
     .permitted_capabilities = (uint64_t{1} << 41) - 1},
    {.euid = 1000,
     .egid = 1000,
     .cgroup_layout = nosc::CgroupLayout::kUnified,
     .cgroup_mount = "/sys/fs/cgroup",
     .own_cgroup = "/user.slice",
     .last_capability = 37},
    {.cgroup_layout = nosc::CgroupLayout::kNone, .last_capability = 63},
};

void check(bool is_true) {
  if (!is_true) __builtin_trap();
}

// A path from the root that neither climbs nor repeats itself.
void check_clean(std::string_view path) {
  check(path.starts_with('/'));
  const std::string closed = std::string(path) + "/";
  for (const char* part : {"//", "/./", "/../"}) check(closed.find(part) == closed.npos);
}

void check_mounts(const nosc::mounts::MountPlan& plan) {
  check(plan.root.path[0] == '/');
  for (const nosc::mounts::MountRecord& mount : plan.mounts) {
    check_clean(mount.destination);
    check(mount.destination[1] != '\0');
    const bool bind = mount.kind == nosc::mounts::MountKind::kBind;
    check(bind == (mount.binding != nosc::mounts::Binding::kNone));
    check(bind ? mount.source[0] == '/' && mount.data[0] == '\0' : mount.type[0] != '\0');
    check(!(mount.set & mount.cleared) || mount.recursive_set || mount.recursive_cleared);
  }
  for (const auto& mask : plan.masks) check(mask.path[0] == '/');
  for (const auto& record : plan.read_only) check(record.path[0] == '/');
}

void check_plan(const nosc::spec::Config& config, const Plan& plan) {
  check(config.unsupported.empty());
  check(plan.mounts.mounts.size() == config.mounts.size());
  check_mounts(plan.mounts);
  check(plan.process.exec.candidate_count > 0);
  check(plan.process.identity.working_directory[0] == '/');
  check((plan.capabilities.effective & ~plan.capabilities.permitted) == 0);
  for (const auto& record : plan.sysctls) {
    check(std::string_view(record.path).starts_with("sys/"));
    check(std::strstr(record.path, "..") == nullptr);
  }
  for (const nosc::cgroups::Hierarchy& hierarchy : plan.cgroup.hierarchies) {
    const std::string cgroup(hierarchy.path.data(), hierarchy.path.size());
    check(cgroup.size() > hierarchy.mount_bytes && (cgroup + "/").find("/../") == cgroup.npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  nosc::Arena arena;
  const auto config =
      nosc::outcome_of([&] { return nosc::spec::parse({text.data(), size}, arena); });
  if (!config.ok()) return 0;
  for (const HostFacts& host : kHosts) {
    const auto plan = nosc::outcome_of([&] {
      return nosc::make_plan(*config, {.id = "fuzz", .bundle = "/bundle", .host = host}, arena);
    });
    nosc::BufferWriter<4096> writer;
    if (plan.ok()) {
      check_plan(*config, *plan);
      nosc::print_plan(*plan, writer);
    } else {
      nosc::write_error(writer, plan.error());
      check(writer.view().find('\n') == std::string_view::npos);
    }
    check(!writer.view().empty());
  }
  return 0;
}
