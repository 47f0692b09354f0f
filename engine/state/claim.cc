// SPDX-License-Identifier: Apache-2.0
#include "engine/state/claim.h"

#include "syscalls/sys.h"

namespace nosc::state {
namespace {

constexpr size_t kLongestId = 255;  // NAME_MAX

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '+' || c == '-' || c == '.';
}

Result<sys::Fd> open_root(std::string_view root) {
  const sys::CStr path = sys::CStr::from_terminated(root.data());
  auto made = sys::mkdirat(sys::kAT_FDCWD, path, sys::Mode::from_bits(0700));
  if (!made && made.error() != sys::kEEXIST) return system_error("create", root, made.error());
  auto directory =
      TRY_SYS("open", root,
              sys::openat(sys::kAT_FDCWD, path,
                          sys::kO_RDONLY | sys::kO_DIRECTORY | sys::kO_NOFOLLOW | sys::kO_CLOEXEC));
  // A directory that somebody else could have put there proves nothing.
  sys::Statx status;
  TRY_SYS("stat", root,
          sys::statx(directory, "", sys::kAT_EMPTY_PATH, sys::kSTATX_BASIC_STATS, status));
  constexpr auto kOthersWrite = sys::kS_IWGRP | sys::kS_IWOTH;
  if (status.uid != sys::portable::geteuid() || (status.mode & kOthersWrite.bits()) != 0) {
    return Error{.object = root, .text = "state directory must be this user's alone"};
  }
  return directory;
}

}  // namespace

bool is_valid_id(std::string_view id) {
  if (id.empty() || id.size() > kLongestId || id == "." || id == "..") return false;
  for (char c : id) {
    if (!is_id_character(c)) return false;
  }
  return true;
}

Result<Claim> Claim::take(std::string_view root, std::string_view id, Arena& arena) {
  sys::Fd directory = TRY(open_root(root));
  const char* name = TRY(arena.copy_string(id)).data();
  const sys::CStr path = sys::CStr::from_terminated(name);
  for (;;) {
    auto file =
        TRY_SYS("open", id,
                sys::openat(directory, path,
                            sys::kO_RDWR | sys::kO_CREAT | sys::kO_NOFOLLOW | sys::kO_CLOEXEC,
                            sys::Mode::from_bits(0600)));
    auto locked = sys::flock(file, sys::kLOCK_EX | sys::kLOCK_NB);
    if (!locked) {
      if (locked.error() == sys::kEAGAIN) {
        return Error{
            .code = ErrorCode::kConflict, .object = id, .text = "a container with this id exists"};
      }
      return system_error("lock", id, locked.error());
    }
    // The file may have been removed by its former owner between open and lock.
    sys::Statx status;
    TRY_SYS("stat", id, sys::statx(file, "", sys::kAT_EMPTY_PATH, sys::kSTATX_BASIC_STATS, status));
    if (status.nlink != 0) return Claim(std::move(directory), std::move(file), name);
  }
}

Claim::~Claim() {
  if (!file_) return;
  (void)sys::unlinkat(directory_, sys::CStr::from_terminated(name_), sys::AtFlags{});
}

}  // namespace nosc::state
