// SPDX-License-Identifier: Apache-2.0
//
// A file's first bytes with owned descriptors, to be compared with by_hand_ARCHITECTURE.S.
#include "syscalls/files.h"

namespace {

// The number of bytes that were read, or a negated error number.
long read_file(const char* path, char* buffer, size_t size) asm("read_file_typed");

[[gnu::used]] long read_file(const char* path, char* buffer, size_t size) {
  auto opened =
      sys::openat(sys::kCwd, sys::CStr::from_terminated(path), sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (!opened) return opened.error().negated();
  const sys::Fd file = opened.take();
  return sys::read(file, {buffer, size}).raw();
}

}  // namespace
