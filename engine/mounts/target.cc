// SPDX-License-Identifier: Apache-2.0
#include "engine/mounts/target.h"

#include "engine/rt/rooted.h"

namespace nosc::mounts {

sys::Result<bool> is_directory(sys::BorrowedFd fd) {
  sys::Statx status;
  auto result = sys::statx(fd, "", sys::kAT_EMPTY_PATH, sys::kSTATX_TYPE, status);
  if (!result) return result.error();
  return sys::Result<bool>::from_raw((status.mode & sys::kS_IFMT.bits()) == sys::kS_IFDIR.bits());
}

sys::Result<bool> is_on_proc(sys::BorrowedFd fd) {
  sys::Statfs status;
  auto result = sys::portable::fstatfs(fd, status);
  if (!result) return result.error();
  return sys::Result<bool>::from_raw(static_cast<uint32_t>(status.type) == sys::kPROC_SUPER_MAGIC);
}

Failure open_target(const MountRecord& record, sys::BorrowedFd root, sys::BorrowedFd source,
                    sys::Fd& target) {
  // proc and sysfs belong on real directories of the rootfs: a symbolic link there would let an
  // image choose where the runtime's later writes go (CVE-2023-27561, CVE-2025-54867).
  const rt::Links links =
      record.kind == MountKind::kProc ? rt::Links::kRefuse : rt::Links::kFollowInRoot;
  auto opened = rt::open_beneath(root, record.destination, sys::kO_PATH | sys::kO_CLOEXEC, links);
  if (!opened && opened.error() == sys::kENOENT) {
    bool directory = true;
    if (source.raw() >= 0) {
      auto asked = is_directory(source);
      if (!asked) return fail(Step::kMount, Operation::kStat, asked.error());
      directory = *asked;
    }
    opened = directory ? rt::make_directories_beneath(root, record.destination, 0755)
                       : rt::make_file_beneath(root, record.destination, 0644);
    if (!opened) return fail(Step::kMount, Operation::kCreate, opened.error());
  }
  if (!opened) return fail(Step::kMount, Operation::kOpen, opened.error());
  target = *std::move(opened);
  return {};
}

}  // namespace nosc::mounts
