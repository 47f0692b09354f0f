// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "syscalls/sys/fd.h"

namespace nosc::host {

// Lists a directory with a buffer of its own and no other memory.
class DirectoryReader {
 public:
  // Pre: `directory` is open for reading and outlives the reader.
  explicit DirectoryReader(sys::BorrowedFd directory) : directory_(directory) {}

  // The next name but "." and ".."; nullptr: no more, or the directory can't be read.
  // Shape: NUL-terminated, valid until the next call.
  const char* next();

  // The same for directories only.
  const char* next_directory();

 private:
  sys::BorrowedFd directory_;
  size_t end_ = 0;
  size_t position_ = 0;
  bool is_directory_ = false;
  alignas(8) char buffer_[1024];
};

}  // namespace nosc::host
