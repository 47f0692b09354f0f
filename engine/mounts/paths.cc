// SPDX-License-Identifier: Apache-2.0
#include "engine/mounts/target.h"
#include "engine/rt/rooted.h"
#include "syscalls/sys.h"

namespace nosc::mounts {
namespace {

// The host's null device, checked: bound over a file it must never be anything else
// (CVE-2025-31133). The container's own /dev/null is not asked.
Failure open_null(sys::Fd& null) {
  auto opened = sys::openat(sys::kAT_FDCWD, "/dev/null", sys::kO_PATH | sys::kO_CLOEXEC);
  if (!opened) return fail(Step::kMask, Operation::kOpen, opened.error());
  null = *std::move(opened);
  sys::Statx status;
  auto result = sys::statx(null, "", sys::kAT_EMPTY_PATH, sys::kSTATX_TYPE, status);
  if (!result) return fail(Step::kMask, Operation::kStat, result.error());
  const bool is_null = (status.mode & sys::kS_IFMT.bits()) == sys::kS_IFCHR.bits() &&
                       status.rdev_major == 1 && status.rdev_minor == 3;
  if (!is_null) return fail(Step::kMask, Operation::kVerify, sys::kENODEV);
  return {};
}

// What doesn't exist needs no mask, and neither does what the image's own links lead out of.
bool is_absent(sys::Errno error) { return error == sys::kENOENT || error == sys::kENOTDIR; }

Failure mask(const MaskRecord& record, sys::BorrowedFd root, sys::BorrowedFd null) {
  auto target =
      rt::open_beneath(root, record.path, sys::kO_PATH | sys::kO_CLOEXEC, rt::Links::kFollowInRoot);
  if (!target) {
    if (is_absent(target.error())) return {};
    return fail(Step::kMask, Operation::kOpen, target.error());
  }
  auto directory = is_directory(*target);
  if (!directory) return fail(Step::kMask, Operation::kStat, directory.error());
  auto result =
      *directory ? sys::mount("tmpfs", DescriptorPath(*target).path(), "tmpfs",
                              sys::kMS_RDONLY | sys::kMS_NOSUID | sys::kMS_NODEV | sys::kMS_NOEXEC,
                              "nr_blocks=1,nr_inodes=1")
                 : sys::mount(DescriptorPath(null).path(), DescriptorPath(*target).path(), nullptr,
                              sys::kMS_BIND, nullptr);
  if (!result) return fail(Step::kMask, Operation::kMount, result.error());
  return {};
}

Failure remount_read_only(sys::BorrowedFd mounted) {
  auto result = sys::mount(
      nullptr, DescriptorPath(mounted).path(), nullptr,
      sys::kMS_REMOUNT | sys::kMS_BIND | sys::kMS_RDONLY | current_flags(mounted), nullptr);
  if (!result) return fail(Step::kReadOnlyPath, Operation::kSetAttributes, result.error());
  return {};
}

Failure make_read_only(const ReadOnlyRecord& record, sys::BorrowedFd root) {
  auto opened =
      rt::open_beneath(root, record.path, sys::kO_PATH | sys::kO_CLOEXEC, rt::Links::kFollowInRoot);
  if (!opened) {
    if (is_absent(opened.error())) return {};
    return fail(Step::kReadOnlyPath, Operation::kOpen, opened.error());
  }
  if (record.kind == ReadOnlyKind::kRemount) return remount_read_only(*opened);
  MountRecord itself;
  itself.binding = Binding::kRecursive;
  itself.destination = record.path;
  itself.set = sys::kMS_RDONLY;
  Failure failure = bind(itself, root, *opened, *opened);
  if (failure.failed()) failure.step = Step::kReadOnlyPath;
  return failure;
}

}  // namespace

Failure apply_path_restrictions(const MountPlan& plan, sys::BorrowedFd root) {
  for (size_t i = 0; i < plan.read_only.size(); ++i) {
    Failure failure = make_read_only(plan.read_only[i], root);
    failure.index = static_cast<uint32_t>(i);
    TRY_STEP(failure);
  }
  if (plan.masks.empty()) return {};
  sys::Fd null;
  TRY_STEP(open_null(null));
  for (size_t i = 0; i < plan.masks.size(); ++i) {
    Failure failure = mask(plan.masks[i], root, null);
    failure.index = static_cast<uint32_t>(i);
    TRY_STEP(failure);
  }
  return {};
}

}  // namespace nosc::mounts
