// SPDX-License-Identifier: Apache-2.0
#include "engine/mounts/target.h"
#include "engine/rt/device_number.h"
#include "engine/rt/passing_fd.h"
#include "engine/rt/rooted.h"
#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::mounts {
namespace {

// The container's null device, checked: bound over a file it must never be anything else
// (CVE-2025-31133). Not the host's, whose mode and owner root inside could change for everybody.
sys::Fd open_null(sys::BorrowedFd root) {
  sys::Fd null = or_fail(
      rt::open_beneath(root, "/dev/null", sys::kO_PATH | sys::kO_NOFOLLOW | sys::kO_CLOEXEC),
      Operation::kOpen);
  sys::Statx status;
  or_fail(sys::statx(null, "", sys::kAT_EMPTY_PATH, sys::kSTATX_TYPE, status), Operation::kStat);
  if (!is_null_device(status)) fail_step(Operation::kVerify, sys::kENODEV);
  return null;
}

// Opens a path to be restricted; nothing where there is none. What doesn't exist needs no mask, and
// neither does what the image's own links lead out of.
sys::Fd open_if_present(const char* path, sys::BorrowedFd root) {
  auto opened =
      rt::open_beneath(root, path, sys::kO_PATH | sys::kO_CLOEXEC, rt::Links::kFollowInRoot);
  if (opened.failed_with(sys::kENOENT) || opened.failed_with(sys::kENOTDIR)) return {};
  return or_fail(std::move(opened), Operation::kOpen);
}

// What is bound over masked paths.
struct Covers {
  PassingFd null;  // over files
  sys::Fd empty;   // over directories: one tmpfs for them all, made for the first
};

void cover(sys::BorrowedFd target, sys::BorrowedFd by) {
  or_fail(sys::mount(DescriptorPath(by).path(), DescriptorPath(target).path(), nullptr,
                     sys::kMS_BIND, nullptr),
          Operation::kMount);
}

// The tmpfs is found by its name, which somebody who shares the directory above may have swapped:
// what covers others must hide them.
void check_empty(sys::BorrowedFd mounted) {
  sys::Statfs status;
  or_fail(sys::portable::fstatfs(mounted, status), Operation::kStat);
  if (static_cast<uint32_t>(status.type) != sys::kTMPFS_MAGIC || status.files != 1) {
    fail_step(Operation::kVerify, sys::kEXDEV);
  }
}

void mask(const MaskRecord& record, sys::BorrowedFd root, Covers& covers) {
  const PassingFd target = open_if_present(record.path, root);
  if (!target) return;
  if (!is_directory(target)) return cover(target, covers.null);
  if (covers.empty) return cover(target, covers.empty);
  constexpr sys::MountFlags kFlags =
      sys::kMS_RDONLY | sys::kMS_NOSUID | sys::kMS_NODEV | sys::kMS_NOEXEC;
  or_fail(sys::mount("tmpfs", DescriptorPath(target).path(), "tmpfs", kFlags,
                     "nr_blocks=1,nr_inodes=1"),
          Operation::kMount);
  covers.empty = open_if_present(record.path, root);
  if (covers.empty) check_empty(covers.empty);
}

void make_read_only(const ReadOnlyRecord& record, sys::BorrowedFd root, sys::BorrowedFd target) {
  if (record.kind == ReadOnlyKind::kRemount) {
    return set_read_only(target, DescriptorPath(target).path());
  }
  MountRecord itself;
  itself.binding = Binding::kRecursive;
  itself.destination = record.path;
  itself.set = sys::kMS_RDONLY;
  bind(itself, root, target, target);
}

}  // namespace

void apply_path_restrictions(const MountPlan& plan, sys::BorrowedFd root) {
  for (size_t i = 0; i < plan.read_only.size(); ++i) {
    begin_step(Step::kReadOnlyPath, i);
    const PassingFd target = open_if_present(plan.read_only[i].path, root);
    if (target) make_read_only(plan.read_only[i], root, target);
  }
  if (plan.masks.empty()) return;
  begin_step(Step::kMask);
  Covers covers{open_null(root), {}};
  for (size_t i = 0; i < plan.masks.size(); ++i) {
    begin_step(Step::kMask, i);
    mask(plan.masks[i], root, covers);
  }
  (void)covers.empty.release();  // exec closes it
}

}  // namespace nosc::mounts
