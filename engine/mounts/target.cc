// SPDX-License-Identifier: Apache-2.0
#include "engine/mounts/target.h"

#include <utility>

#include "engine/rt/step.h"

namespace nosc::mounts {

bool is_directory(sys::BorrowedFd fd) {
  sys::Statx status;
  or_fail(sys::statx(fd, "", sys::kAT_EMPTY_PATH, sys::kSTATX_TYPE, status), Operation::kStat);
  return (status.mode & sys::kS_IFMT.bits()) == sys::kS_IFDIR.bits();
}

bool is_on_proc(sys::BorrowedFd fd) {
  sys::Statfs status;
  or_fail(sys::portable::fstatfs(fd, status), Operation::kStat);
  return static_cast<uint32_t>(status.type) == sys::kPROC_SUPER_MAGIC;
}

Target open_target(const MountRecord& record, sys::BorrowedFd root, sys::BorrowedFd source,
                   rt::Parent& parent) {
  constexpr uint32_t kDirectoryMode = 0755;
  const bool is_file_system = source.raw() < 0;
  if (is_file_system) {
    auto made = rt::make_directory_in_same_parent(record.destination, kDirectoryMode, parent);
    if (made.ok()) return {made.take(), true};
  }
  parent.directory.reset();
  constexpr auto kFlags = sys::kO_PATH | sys::kO_CLOEXEC;
  auto opened = rt::open_beneath(root, record.destination, kFlags, rt::Links::kRefuse);
  // proc and sysfs belong on real directories of the rootfs: a symbolic link there would let an
  // image choose where the runtime's later writes go (CVE-2023-27561, CVE-2025-54867).
  if (opened.failed_with(sys::kELOOP) && record.kind != MountKind::kProc) {
    opened = rt::open_beneath(root, record.destination, kFlags);
    // What is mounted over the root itself would be seen by nobody, or by the set-up alone.
    if (opened && or_fail(rt::is_same_file(opened.borrow(), root), Operation::kStat)) {
      fail_step(Operation::kOpen, sys::kELOOP);
    }
  }
  const bool is_new = opened.failed_with(sys::kENOENT);
  if (is_new) {
    const bool directory = is_file_system || is_directory(source);
    if (directory) {
      auto made = rt::make_directory_in_parent(root, record.destination, kDirectoryMode, parent);
      // No one can make a directory in a proc file system.
      if (made.ok()) return {made.take(), is_new};
      parent.directory.reset();
    }
    opened = directory ? rt::make_directories_beneath(root, record.destination, kDirectoryMode)
                       : rt::make_file_beneath(root, record.destination, 0644);
    // The answer of a proc file system, in which no one can make anything.
    if (opened.failed_with(sys::kENOENT)) fail_step(Operation::kVerify, sys::kEPERM);
    if (!opened) fail_step(Operation::kCreate, opened.error());
  }
  sys::Fd target = or_fail(std::move(opened), Operation::kOpen);
  // Only a proc file system is mounted over a proc file system.
  if (!record.may_cover_proc && is_on_proc(target)) fail_step(Operation::kVerify, sys::kEPERM);
  return {std::move(target), is_new};
}

}  // namespace nosc::mounts
