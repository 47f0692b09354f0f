// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/rooted.h"

#include <string.h>

#include <string_view>

#include "engine/rt/walk.h"

namespace nosc::rt {
namespace {

// A rename anywhere in the system while a ".." was resolved makes the kernel give up: try again.
constexpr int kMaximumTries = 64;

constexpr size_t kMaximumPathBytes = 4096;  // PATH_MAX, with the NUL
constexpr sys::OpenFlags kPathOnly = sys::kO_PATH | sys::kO_CLOEXEC;

std::string_view parent_of(std::string_view path) { return path.substr(0, path.rfind('/') + 1); }

}  // namespace

sys::Result<sys::Fd> open_beneath(sys::BorrowedFd root, const char* path, sys::OpenFlags flags,
                                  Links links) {
  sys::OpenHow how = {};
  how.flags = flags | sys::kO_CLOEXEC;
  how.resolve = sys::kRESOLVE_IN_ROOT | sys::kRESOLVE_NO_MAGICLINKS;
  if (links == Links::kRefuse) how.resolve |= sys::kRESOLVE_NO_SYMLINKS;
  for (int tries = 0; tries < kMaximumTries; ++tries) {
    auto opened = sys::openat2(root, sys::CStr::from_terminated(path), how);
    // Old system call filters answer EPERM for what they don't know.
    if (opened.failed_with(sys::kENOSYS) || opened.failed_with(sys::kEPERM)) break;
    if (!opened.failed_with(sys::kEAGAIN)) return opened;
  }
  return walk_beneath(root, path, {.flags = flags, .links = links});
}

sys::Result<sys::Fd> make_directory_in_parent(sys::BorrowedFd root, const char* path, uint32_t mode,
                                              Parent& parent) {
  char parent_path[kMaximumPathBytes];
  const std::string_view parent_text = parent_of(path);
  constexpr char kHere[] = ".";
  if (parent_text.size() + sizeof kHere > sizeof parent_path) return sys::kENAMETOOLONG;
  memcpy(parent_path, path, parent_text.size());
  memcpy(parent_path + parent_text.size(), kHere, sizeof kHere);
  auto directory = open_beneath(root, parent_path, kPathOnly | sys::kO_DIRECTORY);
  if (!directory.ok()) return directory.error();
  parent = {parent_text, directory.take()};
  return make_directory_in_same_parent(path, mode, parent);
}

sys::Result<sys::Fd> make_directory_in_same_parent(const char* path, uint32_t mode,
                                                   const Parent& parent) {
  if (parent_of(path) != parent.path || !parent.directory) return sys::kENOENT;
  const sys::CStr name = sys::CStr::from_terminated(path + parent.path.size());
  const auto made = sys::mkdirat(parent.directory, name, sys::Mode::from_bits(mode));
  if (!made.ok()) return made.error();
  return sys::openat(parent.directory, name, kPathOnly | sys::kO_DIRECTORY | sys::kO_NOFOLLOW);
}

sys::Result<sys::Fd> make_directories_beneath(sys::BorrowedFd root, const char* path,
                                              uint32_t mode) {
  auto opened = open_beneath(root, path, kPathOnly | sys::kO_DIRECTORY);
  if (!opened.failed_with(sys::kENOENT)) return opened;
  return walk_beneath(
      root, path,
      {.flags = kPathOnly | sys::kO_DIRECTORY, .missing = Missing::kMakeDirectory, .mode = mode});
}

sys::Result<sys::Fd> make_file_beneath(sys::BorrowedFd root, const char* path, uint32_t mode) {
  auto opened = open_beneath(root, path, kPathOnly);
  if (!opened.failed_with(sys::kENOENT)) return opened;
  return walk_beneath(root, path,
                      {.flags = kPathOnly, .missing = Missing::kMakeFile, .mode = mode});
}

sys::Result<bool> is_same_file(sys::BorrowedFd first, sys::BorrowedFd second) {
  sys::Statx status[2];
  const sys::BorrowedFd files[2] = {first, second};
  for (int i = 0; i < 2; ++i) {
    auto result = sys::statx(files[i], "", sys::kAT_EMPTY_PATH, sys::kSTATX_INO, status[i]);
    if (!result.ok()) return result.error();
  }
  return sys::Result<bool>::from_raw(status[0].ino == status[1].ino &&
                                     status[0].dev_major == status[1].dev_major &&
                                     status[0].dev_minor == status[1].dev_minor);
}

}  // namespace nosc::rt
