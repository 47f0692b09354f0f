// SPDX-License-Identifier: Apache-2.0
#include "engine/state/claim.h"

#include "syscalls/sys.h"

namespace nosc::state {
namespace {

sys::Fd open_root(std::string_view root, uint32_t owner) {
  const sys::CStr path = sys::CStr::from_terminated(root.data());
  constexpr auto kFlags = sys::kO_RDONLY | sys::kO_DIRECTORY | sys::kO_NOFOLLOW | sys::kO_CLOEXEC;
  auto opened = sys::openat(sys::kAT_FDCWD, path, kFlags);
  if (opened.failed_with(sys::kENOENT)) {
    const auto made = sys::mkdirat(sys::kAT_FDCWD, path, sys::Mode::from_bits(0700));
    if (!made.failed_with(sys::kEEXIST)) or_fail(made, "create", root);
    opened = sys::openat(sys::kAT_FDCWD, path, kFlags);
  }
  sys::Fd directory = or_fail(std::move(opened), "open", root);
  // A directory that somebody else could have put there proves nothing.
  sys::Statx status;
  or_fail(sys::statx(directory, "", sys::kAT_EMPTY_PATH, sys::kSTATX_BASIC_STATS, status), "stat",
          root);
  constexpr auto kOthersWrite = sys::kS_IWGRP | sys::kS_IWOTH;
  if (status.uid != sys::Uid{owner} || (status.mode & kOthersWrite.bits()) != 0) {
    fail({.object = root, .text = "state directory must be this user's alone"});
  }
  return directory;
}

}  // namespace

Claim::Claim(std::string_view root, uint32_t owner, std::string_view id, Arena& arena)
    : directory_(open_root(root, owner)), name_(arena.copy_string(id).data()) {
  const sys::CStr path = sys::CStr::from_terminated(name_);
  for (;;) {
    sys::Fd file =
        or_fail(sys::openat(directory_, path,
                            sys::kO_RDWR | sys::kO_CREAT | sys::kO_NOFOLLOW | sys::kO_CLOEXEC,
                            sys::Mode::from_bits(0600)),
                "open", id);
    const auto locked = sys::flock(file, sys::kLOCK_EX | sys::kLOCK_NB);
    if (locked.failed_with(sys::kEAGAIN)) {
      fail({.code = ErrorCode::kConflict, .object = id, .text = "a container with this id exists"});
    }
    or_fail(locked, "lock", id);
    // The file may have been removed by its former owner between open and lock.
    sys::Statx status;
    or_fail(sys::statx(file, "", sys::kAT_EMPTY_PATH, sys::kSTATX_BASIC_STATS, status), "stat", id);
    if (status.nlink == 0) continue;
    file_ = std::move(file);
    return;
  }
}

void Claim::release(void* claim) {
  const Claim& self = *static_cast<Claim*>(claim);
  if (!self.file_) return;
  (void)sys::unlinkat(self.directory_, sys::CStr::from_terminated(self.name_), sys::AtFlags{});
}

}  // namespace nosc::state
