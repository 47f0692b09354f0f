// SPDX-License-Identifier: Apache-2.0
#include "engine/host/host.h"
#include "engine/host/line_reader.h"
#include "engine/host/parse.h"
#include "engine/rt/paths.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc {
namespace {

constexpr char kUsualMount[] = "/sys/fs/cgroup";
constexpr char kHybridMount[] = "/sys/fs/cgroup/unified";

// Calls `each` with the lines of a file, until it returns true.
template <class Each>
void for_each_line(sys::CStr path, const Each& each) {
  const auto file = sys::openat(sys::kCwd, path, sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (!file) return;
  char buffer[4096];
  host::LineReader reader(file.borrow(), buffer, SIZE_MAX);
  std::string_view line;
  while (reader.next(line)) {
    if (each(line)) return;
  }
}

// The mount point of cgroup2 in an unusual place; empty where there is none.
const char* find_cgroup2(Arena& arena) {
  const char* mount = "";
  for_each_line("/proc/self/mountinfo", [&](std::string_view line) {
    const std::string_view found = host::cgroup2_mount_point(line);
    if (found.empty()) return false;
    mount = arena.copy_string(found).data();
    return true;
  });
  return mount;
}

bool is_file_system(sys::CStr path, uint32_t magic) {
  sys::Statfs status;
  return sys::portable::statfs(path, status).ok() && static_cast<uint32_t>(status.type) == magic;
}

void probe_layout(HostFacts& facts, Arena& arena) {
  if (is_file_system(kUsualMount, sys::kCGROUP2_SUPER_MAGIC)) {
    facts.cgroup_layout = CgroupLayout::kUnified;
    facts.cgroup_mount = kUsualMount;
  } else if (is_file_system(kHybridMount, sys::kCGROUP2_SUPER_MAGIC)) {
    facts.cgroup_layout = CgroupLayout::kHybrid;
    facts.cgroup_mount = kHybridMount;
  } else {
    facts.cgroup_mount = find_cgroup2(arena);
    const bool legacy = is_file_system(kUsualMount, sys::kTMPFS_MAGIC);
    const bool found = facts.cgroup_mount[0] != '\0';
    facts.cgroup_layout = found    ? legacy ? CgroupLayout::kHybrid : CgroupLayout::kUnified
                          : legacy ? CgroupLayout::kLegacy
                                   : CgroupLayout::kNone;
  }
}

// The version 1 hierarchy of a line; without controllers where it isn't mounted in the usual place.
CgroupHierarchy find_hierarchy(const host::CgroupLine& line, Arena& arena) {
  constexpr std::string_view kNamed = "name=";
  std::string_view name = line.controllers;
  if (name.starts_with(kNamed)) name.remove_prefix(kNamed.size());
  const char* mount = join_paths(kUsualMount, name, arena).data();
  if (!is_file_system(sys::CStr::from_terminated(mount), sys::kCGROUP_SUPER_MAGIC)) return {};
  return {mount, arena.copy_string(line.path).data(), host::parse_controllers(line.controllers)};
}

bool may_write(const char* path) {
  return sys::faccessat(sys::kCwd, sys::CStr::from_terminated(path), sys::kW_OK).ok();
}

// Where in cgroup2 the containers of a caller go who isn't root: beside the caller's own cgroup,
// where that may be, for below one with processes nothing can be limited. Else below it.
const char* place_for_containers(const HostFacts& facts, std::string_view own, Arena& arena) {
  const std::string_view above = own.substr(0, own.rfind('/'));
  const std::string_view mount = facts.cgroup_mount;
  Writer path(arena.array<char>(mount.size() + above.size() + 1));
  path.text(mount).text(above);
  const bool is_open = !owns_cgroups(facts) && may_write(path.terminated());
  if (!is_open) return arena.copy_string(own).data();
  return above.empty() ? "/" : arena.copy_string(above).data();
}

// The hierarchies of version 1, and the caller's own cgroup in all. With cgroup2 alone that is of
// interest only to callers that aren't root: root's containers have nothing to do with it.
void probe_hierarchies(HostFacts& facts, Arena& arena) {
  const bool unified = facts.cgroup_layout == CgroupLayout::kUnified;
  if (facts.cgroup_layout == CgroupLayout::kNone || (unified && owns_cgroups(facts))) return;
  std::span<CgroupHierarchy> found;
  if (!unified) found = arena.array<CgroupHierarchy>(kMaximumHierarchies - 1);
  size_t count = 0;
  for_each_line("/proc/self/cgroup", [&](std::string_view text) {
    const host::CgroupLine line = host::parse_cgroup_line(text);
    if (line.controllers.empty()) {
      facts.own_cgroup = place_for_containers(facts, line.path, arena);
    } else if (count != found.size()) {
      found[count] = find_hierarchy(line, arena);
      if (found[count].controllers) ++count;
    }
    return false;
  });
  facts.cgroup_hierarchies = found.first(count);
}

bool kernel_knows_capability(uint32_t number) {
  return sys::prctl(sys::kPR_CAPBSET_READ, number).ok();
}

// Starts at the highest number that nosc knows and moves to the kernel's: one call as a rule, for
// the kernel knows what is permitted.
uint32_t find_last_capability(uint64_t permitted) {
  auto number = static_cast<uint32_t>(sys::kCAP_LAST_CAP);
  while (number < 63 && kernel_knows_capability(number + 1)) ++number;
  while (number > 0 && (permitted >> number & 1) == 0 && !kernel_knows_capability(number)) {
    --number;
  }
  return number;
}

uint64_t permitted_capabilities() {
  sys::CapUserHeader header{.version = sys::k_LINUX_CAPABILITY_VERSION_3, .pid = sys::Pid{0}};
  sys::CapUserDataPair data{};
  or_fail(sys::capget(header, &data), "capget", {});
  return uint64_t{data.word[1].permitted} << 32 | data.word[0].permitted;
}

bool is_apparmor_enabled() {
  const auto file = sys::openat(sys::kCwd, "/sys/module/apparmor/parameters/enabled",
                                sys::kO_RDONLY | sys::kO_CLOEXEC);
  char answer = 'N';
  return file && sys::read(file.borrow(), sys::MutableBytes(&answer, 1)) && answer == 'Y';
}

}  // namespace

SecurityModule probe_security_module() {
  if (is_apparmor_enabled()) return SecurityModule::kApparmor;
  return is_file_system("/sys/fs/selinux", sys::kSELINUX_MAGIC) ? SecurityModule::kSelinux
                                                                : SecurityModule::kNone;
}

HostFacts probe_host(const Caller& caller) {
  HostFacts facts;
  facts.euid = caller.euid;
  facts.egid = caller.egid;
  facts.permitted_capabilities = permitted_capabilities();
  facts.last_capability = find_last_capability(facts.permitted_capabilities);
  return facts;
}

void probe_cgroups(HostFacts& facts, Arena& arena) {
  probe_layout(facts, arena);
  // A user namespace's root is a plain user to them.
  facts.is_confined_root =
      facts.euid == 0 && facts.cgroup_mount[0] != '\0' && !may_write(facts.cgroup_mount);
  probe_hierarchies(facts, arena);
}

}  // namespace nosc
