// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/cgroups.h"
#include "engine/cgroups/path.h"
#include "engine/host/directory.h"
#include "syscalls/sys.h"

namespace nosc::cgroups {
namespace {

constexpr int kDeepest = 32;  // levels of cgroups that a container made for itself
constexpr int kFirstWaitMs = 1;
constexpr int kLastWaitMs = 1024;  // doubled up to here: two seconds in all

// Kills every process in the cgroup and beneath it. Kernels before 5.14 can't: then those that are
// left decide themselves when they end.
void kill_all(sys::BorrowedFd directory) {
  const auto file = sys::openat(directory, "cgroup.kill", sys::kO_WRONLY | sys::kO_CLOEXEC);
  if (file) (void)sys::write(file.borrow(), sys::text("1"));
}

// Removes the cgroups beneath `directory`. What can't be removed shows when `directory` is to go.
void remove_children(sys::BorrowedFd directory, int depth) {
  const auto listed =
      sys::openat(directory, ".", sys::kO_RDONLY | sys::kO_DIRECTORY | sys::kO_CLOEXEC);
  if (!listed || depth == 0) return;
  host::DirectoryReader reader(listed.borrow());
  while (const char* name = reader.next_directory()) {
    const sys::CStr child = sys::CStr::from_terminated(name);
    const auto opened =
        sys::openat(listed.borrow(), child,
                    sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_NOFOLLOW | sys::kO_CLOEXEC);
    if (opened) remove_children(opened.borrow(), depth - 1);
    (void)sys::unlinkat(listed.borrow(), child, sys::kAT_REMOVEDIR);
  }
}

void sleep_ms(int duration_ms) {
  sys::Timespec duration{};
  if (duration_ms >= 1000) duration.sec = 1;
  duration.nsec = duration_ms % 1000 * 1'000'000;
  (void)sys::portable::ppoll({}, &duration, nullptr);
}

sys::Result<void> remove_one(sys::BorrowedFd hierarchy, std::span<char> path, size_t length) {
  return sys::unlinkat(hierarchy, LeadingPart(path, length).c_str(), sys::kAT_REMOVEDIR);
}

// The last process of a cgroup may still be on its way out when its parent knows of its end.
sys::Errno remove_leaf(const CgroupPlan& plan, const Cgroup& cgroup) {
  for (int wait_ms = kFirstWaitMs;; wait_ms *= 2) {
    const auto removed = remove_one(cgroup.hierarchy, plan.path, plan.path.size());
    if (removed || removed.error() == sys::kENOENT) return {};
    if (removed.error() != sys::kEBUSY || wait_ms > kLastWaitMs) return removed.error();
    kill_all(cgroup.directory);
    remove_children(cgroup.directory, kDeepest);
    sleep_ms(wait_ms);
  }
}

}  // namespace

void remove_cgroup(const CgroupPlan& plan, Cgroup& cgroup) {
  if (!cgroup.hierarchy || cgroup.existing_length == plan.path.size()) return;
  const sys::Errno error = remove_leaf(plan, cgroup);
  if (error) {
    fail_system("remove cgroup", {plan.path.data(), plan.path.size()}, error, plan.place);
  }
  // Parents that others use by now stay.
  size_t length = parent_length(plan.path, plan.path.size());
  while (length > cgroup.existing_length && remove_one(cgroup.hierarchy, plan.path, length)) {
    length = parent_length(plan.path, length);
  }
}

}  // namespace nosc::cgroups
