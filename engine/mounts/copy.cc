// SPDX-License-Identifier: Apache-2.0
#include "engine/host/directory.h"
#include "engine/mounts/target.h"
#include "engine/rt/device_number.h"
#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::mounts {
namespace {

// Deeper trees are no start of a temporary file system.
constexpr int kMaximumDepth = 64;

bool is(const sys::Statx& status, sys::Mode type) {
  return (status.mode & sys::kS_IFMT.bits()) == type.bits();
}

sys::Fd open_entry(sys::BorrowedFd directory, sys::CStr name, sys::OpenFlags flags) {
  return or_fail(sys::openat(directory, name, flags | sys::kO_NOFOLLOW | sys::kO_CLOEXEC),
                 Operation::kOpen);
}

void copy_content(sys::BorrowedFd from, sys::BorrowedFd to) {
  constexpr size_t kAtOnce = size_t{1} << 30;
  while (or_fail(sys::portable::sendfile(to, from, nullptr, kAtOnce), Operation::kWrite) != 0) {
  }
}

void copy_entry(sys::BorrowedFd from, sys::BorrowedFd to, sys::CStr name, int depth);

// Copies a tree. Names in it are used on descriptors of their directories alone.
void copy_directory(sys::BorrowedFd from, sys::BorrowedFd to, int depth) {
  if (depth == kMaximumDepth) fail_step(Operation::kCreate, sys::kELOOP);
  const sys::Fd list =
      or_fail(sys::openat(from, ".", sys::kO_RDONLY | sys::kO_DIRECTORY | sys::kO_CLOEXEC),
              Operation::kOpen);
  host::DirectoryReader reader(list);
  while (const char* name = reader.next()) {
    copy_entry(list, to, sys::CStr::from_terminated(name), depth);
  }
}

void copy_entry(sys::BorrowedFd from, sys::BorrowedFd to, sys::CStr name, int depth) {
  sys::Statx status;
  or_fail(sys::statx(from, name, sys::kAT_SYMLINK_NOFOLLOW, sys::kSTATX_BASIC_STATS, status),
          Operation::kStat);
  const auto mode = sys::Mode::from_bits(status.mode);
  if (is(status, sys::kS_IFDIR)) {
    or_fail(sys::mkdirat(to, name, sys::Mode::from_bits(0700)), Operation::kCreate);
    const sys::Fd below = open_entry(from, name, sys::kO_PATH);
    const sys::Fd copy = open_entry(to, name, sys::kO_PATH);
    copy_directory(below, copy, depth + 1);
  } else if (is(status, sys::kS_IFREG)) {
    const sys::Fd file = or_fail(
        sys::openat(to, name, sys::kO_WRONLY | sys::kO_CREAT | sys::kO_EXCL | sys::kO_CLOEXEC,
                    sys::Mode::from_bits(0600)),
        Operation::kCreate);
    const sys::Fd original = open_entry(from, name, sys::kO_RDONLY | sys::kO_NONBLOCK);
    copy_content(original, file);
  } else if (is(status, sys::kS_IFLNK)) {
    char target[4096];
    const size_t size =
        or_fail(sys::readlinkat(from, name, sys::MutableBytes(target, sizeof target - 1)),
                Operation::kStat);
    target[size] = '\0';
    or_fail(sys::symlinkat(sys::CStr::from_terminated(target), to, name), Operation::kCreate);
  } else {
    or_fail(sys::mknodat(to, name, mode, device_number(status.rdev_major, status.rdev_minor)),
            Operation::kCreate);
  }
  or_fail(sys::fchownat(to, name, sys::Uid{status.uid}, sys::Gid{status.gid},
                        sys::kAT_SYMLINK_NOFOLLOW),
          Operation::kSet);
  if (is(status, sys::kS_IFLNK)) return;  // links have no mode
  or_fail(sys::fchmodat(to, name, mode & ~sys::kS_IFMT), Operation::kSet);
}

}  // namespace

void copy_tree(sys::BorrowedFd image, sys::BorrowedFd target) { copy_directory(image, target, 0); }

}  // namespace nosc::mounts
