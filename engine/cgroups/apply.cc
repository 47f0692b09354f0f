// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <utility>

#include "engine/cgroups/cgroups.h"
#include "engine/cgroups/path.h"
#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::cgroups {
namespace {

constexpr sys::Mode kDirectoryMode = sys::Mode::from_bits(0755);
constexpr int kStepLimit = 4096;  // against others who remove a common parent again and again

// Makes what is missing of the path: from the deepest directory up to one that exists, and back.
sys::Errno make_directories(sys::BorrowedFd hierarchy, std::span<char> path,
                            size_t& existing_length) {
  existing_length = path.size();
  size_t length = path.size();
  for (int step = 0; step < kStepLimit; ++step) {
    const size_t parent = parent_length(path, length);
    const auto made = sys::mkdirat(hierarchy, LeadingPart(path, length).c_str(), kDirectoryMode);
    if (made.failed_with(sys::kENOENT) && parent != 0) {
      length = parent;
      continue;
    }
    if (!made && made.error() != sys::kEEXIST) return made.error();
    if (made && parent < existing_length) existing_length = parent;
    if (length == path.size()) return {};
    length = child_length(path, length);
  }
  return sys::kENOENT;
}

bool is_permission(sys::Errno error) {
  return error == sys::kEACCES || error == sys::kEPERM || error == sys::kEROFS;
}

// What is done to one container must not happen to another: a cgroup that others are in is refused.
sys::Errno require_unused(sys::BorrowedFd directory) {
  const auto file = sys::openat(directory, "cgroup.events", sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (!file) return file.error();
  char buffer[256];
  const auto count = sys::read(file.borrow(), buffer);
  if (!count) return count.error();
  const std::string_view text(buffer, *count);
  const bool used = text.find("populated 1\n") != text.npos || text.find("frozen 1\n") != text.npos;
  return used ? sys::kEBUSY : sys::Errno{};
}

}  // namespace

void apply_cgroup(const CgroupPlan& plan, Cgroup& cgroup) {
  if (plan.use == CgroupUse::kNone) return;
  sys::Fd hierarchy = or_fail(sys::openat(sys::kCwd, sys::CStr::from_terminated(plan.mount),
                                          sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC),
                              "open", plan.mount, plan.place);
  const std::string_view path(plan.path.data(), plan.path.size());
  const sys::Errno error = make_directories(hierarchy, plan.path, cgroup.existing_length);
  if (error) {
    if (plan.use == CgroupUse::kIfPermitted && is_permission(error)) return;
    fail_system("create cgroup", path, error, plan.place);
  }
  cgroup.hierarchy = std::move(hierarchy);
  cgroup.directory =
      or_fail(sys::openat(cgroup.hierarchy, sys::CStr::from_terminated(plan.path.data()),
                          sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC),
              "open cgroup", path, plan.place);
  if (cgroup.existing_length != path.size()) return;
  const sys::Errno used = require_unused(cgroup.directory);
  if (used) fail_system("use cgroup", path, used, plan.place);
}

void join_cgroup(sys::BorrowedFd directory) {
  begin_step(Step::kJoinCgroup);
  const sys::Fd file = or_fail(
      sys::openat(directory, "cgroup.procs", sys::kO_WRONLY | sys::kO_CLOEXEC), Operation::kOpen);
  or_fail(sys::write(file, sys::text("0")), Operation::kWrite);
}

}  // namespace nosc::cgroups
