// SPDX-License-Identifier: Apache-2.0
#pragma once

// Paths beneath a root: what a container's image says is found inside the container's root and
// nowhere else, whatever symbolic links and ".." the image holds and however it changes meanwhile.
//
// The kernel does that with openat2(RESOLVE_IN_ROOT). Where openat2 is missing (before Linux 5.6,
// or under an emulator) the path is walked by hand, one component at a time on O_PATH descriptors:
// links are read and continued from the root, and ".." goes back to the descriptor that the walk
// came from, so that a directory which is moved away in between can't lead out. The two differ in
// one thing: /proc's magic links are refused by the kernel, while the walk takes their text as a
// path.
//
// Nothing is allocated. Paths are NUL-terminated, and absolute and relative ones mean the same.

#include <cstdint>
#include <string_view>

#include "syscalls/sys.h"

namespace nosc::rt {

// What symbolic links in a path do.
enum class Links : uint8_t {
  kFollowInRoot,  // they are followed, and an absolute one starts at the root
  kRefuse,        // ELOOP, wherever in the path one stands
};

// Opens what a path names beneath a root.
// Errors: those of openat2; ELOOP after 40 links; ENAMETOOLONG, by hand, below 256 directories.
// Source: openat2(2), path_resolution(7).
sys::Result<sys::Fd> open_beneath(sys::BorrowedFd root, const char* path, sys::OpenFlags flags,
                                  Links links = Links::kFollowInRoot);

// Opens a directory with O_PATH after making it, and every directory above it, where missing.
// Shape: the mode is subject to the umask. A dangling link's target is made too.
sys::Result<sys::Fd> make_directories_beneath(sys::BorrowedFd root, const char* path,
                                              uint32_t mode);

// An open directory, and the path that it was found by, up to and with the last slash.
struct Parent {
  std::string_view path;  // of the caller's text
  sys::Fd directory;
};

// Makes a directory in a parent that exists and opens it with O_PATH: the usual case of the above,
// in four calls. The parent stays open, in `parent`.
// Errors: ENOENT without the parent, EEXIST for whatever has the name, a dangling link too.
sys::Result<sys::Fd> make_directory_in_parent(sys::BorrowedFd root, const char* path, uint32_t mode,
                                              Parent& parent);

// The same in two calls where `parent` is this path's and open already.
// Errors: ENOENT where it isn't.
sys::Result<sys::Fd> make_directory_in_same_parent(const char* path, uint32_t mode,
                                                   const Parent& parent);

// Opens a file with O_PATH after making it, empty, where missing, and every directory above it.
// Shape: the mode is the file's, subject to the umask; directories get 0755.
sys::Result<sys::Fd> make_file_beneath(sys::BorrowedFd root, const char* path, uint32_t mode);

// Tells whether two descriptors refer to the same file of the same file system.
sys::Result<bool> is_same_file(sys::BorrowedFd first, sys::BorrowedFd second);

}  // namespace nosc::rt
