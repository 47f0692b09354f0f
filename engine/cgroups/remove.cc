// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/cgroups.h"
#include "engine/cgroups/control.h"
#include "engine/cgroups/files.h"
#include "engine/cgroups/path.h"
#include "engine/host/directory.h"
#include "engine/rt/waiting.h"
#include "syscalls/sys.h"

namespace nosc::cgroups {
namespace {

// Removes the cgroups beneath `directory`, which a container made, however deep they are: without
// memory for the way, for ".." leads back. Ends at the first that still holds a process.
void remove_children(sys::BorrowedFd directory) {
  constexpr auto kFlags = sys::kO_RDONLY | sys::kO_DIRECTORY | sys::kO_NOFOLLOW | sys::kO_CLOEXEC;
  auto opened = sys::openat(directory, ".", kFlags);
  bool came_down = false;
  for (size_t depth = 0; opened;) {
    const sys::Fd current = opened.take();
    host::DirectoryReader reader(current);
    const char* next = reader.next_directory();
    if (next == nullptr && (depth == 0 || came_down)) return;
    const auto remove_next = [&] {
      return sys::unlinkat(current, sys::CStr::from_terminated(next), sys::kAT_REMOVEDIR).ok();
    };
    while (next != nullptr && remove_next()) next = reader.next_directory();
    if (next == nullptr && depth == 0) return;
    came_down = next != nullptr;
    depth += came_down ? 1 : size_t{0} - 1;
    opened = sys::openat(current, came_down ? sys::CStr::from_terminated(next) : "..", kFlags);
  }
}

sys::Result<void> remove_one(std::span<char> path, size_t length) {
  return sys::unlinkat(sys::kCwd, LeadingPart(path, length).c_str(), sys::kAT_REMOVEDIR);
}

// The last process of a cgroup may still be on its way out when its parent knows of its end.
sys::Errno remove_leaf(const CgroupPlan& plan, const Hierarchy& hierarchy, Occupants occupants) {
  for (int wait_ms = kFirstWaitMs;; wait_ms *= 2) {
    const auto removed = remove_one(hierarchy.path, hierarchy.path.size());
    if (removed || removed.error() == sys::kENOENT) return {};
    if (removed.error() != sys::kEBUSY || wait_ms > kLastWaitMs) return removed.error();
    if (occupants == Occupants::kKilled) kill_all(plan, sys::kSIGKILL);
    const auto directory = open_directory(hierarchy.c_str());
    if (directory) remove_children(directory.borrow());
    rt::sleep_ms(wait_ms);
  }
}

}  // namespace

void remove_cgroup(CgroupPlan& plan, Occupants occupants) {
  for (Hierarchy& hierarchy : plan.hierarchies) {
    const bool made = hierarchy.existing_bytes != hierarchy.path.size();
    if (!made || hierarchy.existing_bytes == kNotInIt) continue;
    const sys::Errno error = remove_leaf(plan, hierarchy, occupants);
    if (error && occupants == Occupants::kLeft) continue;
    if (error) {
      fail_system("remove cgroup", hierarchy.text(), error, plan.place);
    }
    // Parents that others use by now stay.
    size_t length = parent_length(hierarchy.path, hierarchy.path.size());
    while (length > hierarchy.existing_bytes) {
      const auto removed = remove_one(hierarchy.path, length);
      // Gone: whoever began with the removal was killed.
      if (!removed && !removed.failed_with(sys::kENOENT)) break;
      length = parent_length(hierarchy.path, length);
    }
    hierarchy.existing_bytes = static_cast<uint32_t>(hierarchy.path.size());
  }
}

void leave_cgroup(CgroupPlan& plan, Cgroup& cgroup) {
  remove_cgroup(plan, Occupants::kKilled);
  for (Hierarchy& hierarchy : plan.hierarchies) hierarchy.existing_bytes = kNotInIt;
  cgroup.directory.reset();
  for (sys::Fd& members : cgroup.members) members.reset();
}

}  // namespace nosc::cgroups
