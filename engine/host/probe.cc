// SPDX-License-Identifier: Apache-2.0
#include "engine/host/host.h"
#include "engine/host/line_reader.h"
#include "engine/host/parse.h"
#include "syscalls/sys.h"

namespace nosc {
namespace {

constexpr char kUsualMount[] = "/sys/fs/cgroup";
constexpr char kHybridMount[] = "/sys/fs/cgroup/unified";

// Copies what `find` finds in the first line where it finds anything; empty where there is none.
const char* find_in_lines(sys::CStr path, std::string_view (*find)(std::string_view),
                          Arena& arena) {
  const auto file = sys::openat(sys::kCwd, path, sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (!file) return "";
  char buffer[4096];
  host::LineReader reader(file.borrow(), buffer, SIZE_MAX);
  std::string_view line;
  while (reader.next(line)) {
    const std::string_view found = find(line);
    if (!found.empty()) return arena.copy_string(found).data();
  }
  return "";
}

bool is_file_system(sys::CStr path, uint32_t magic) {
  sys::Statfs status;
  return sys::portable::statfs(path, status).ok() && static_cast<uint32_t>(status.type) == magic;
}

void probe_cgroups(HostFacts& facts, Arena& arena) {
  if (is_file_system(kUsualMount, sys::kCGROUP2_SUPER_MAGIC)) {
    facts.cgroup_layout = CgroupLayout::kUnified;
    facts.cgroup_mount = kUsualMount;
  } else if (is_file_system(kHybridMount, sys::kCGROUP2_SUPER_MAGIC)) {
    facts.cgroup_layout = CgroupLayout::kHybrid;
    facts.cgroup_mount = kHybridMount;
  } else {
    facts.cgroup_mount = find_in_lines("/proc/self/mountinfo", host::cgroup2_mount_point, arena);
    const bool legacy = is_file_system(kUsualMount, sys::kTMPFS_MAGIC);
    const bool found = facts.cgroup_mount[0] != '\0';
    facts.cgroup_layout = found    ? legacy ? CgroupLayout::kHybrid : CgroupLayout::kUnified
                          : legacy ? CgroupLayout::kLegacy
                                   : CgroupLayout::kNone;
  }
  if (facts.euid == 0 || facts.cgroup_mount[0] == '\0') return;
  facts.own_cgroup = find_in_lines("/proc/self/cgroup", host::own_cgroup, arena);
}

bool kernel_knows_capability(uint32_t number) {
  return sys::prctl(sys::kPR_CAPBSET_READ, number).ok();
}

// Starts at the highest number that nosc knows and moves to the kernel's: two calls as a rule.
uint32_t find_last_capability() {
  auto number = static_cast<uint32_t>(sys::kCAP_LAST_CAP);
  while (number < 63 && kernel_knows_capability(number + 1)) ++number;
  while (number > 0 && !kernel_knows_capability(number)) --number;
  return number;
}

uint64_t permitted_capabilities() {
  sys::CapUserHeader header{.version = sys::k_LINUX_CAPABILITY_VERSION_3, .pid = sys::Pid{0}};
  sys::CapUserDataPair data{};
  if (!sys::capget(header, &data)) return 0;
  return uint64_t{data.word[1].permitted} << 32 | data.word[0].permitted;
}

}  // namespace

HostFacts probe_host(const Caller& caller, Arena& arena) {
  HostFacts facts;
  facts.euid = caller.euid;
  facts.egid = caller.egid;
  facts.last_capability = find_last_capability();
  facts.permitted_capabilities = permitted_capabilities();
  probe_cgroups(facts, arena);
  return facts;
}

}  // namespace nosc
