// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "syscalls/sys/fd.h"

namespace nosc::host {

// Reads a text file line by line, with a buffer of the caller's and no other memory.
class LineReader {
 public:
  // Pre: `file` outlives the reader, and so does `buffer`, which isn't empty. More than
  // `limit_bytes` are never read: a file may be of any size, or without an end.
  LineReader(sys::BorrowedFd file, std::span<char> buffer, size_t limit_bytes)
      : file_(file), buffer_(buffer), rest_bytes_(limit_bytes) {}

  // Takes the next line, without its line feed. Returns false at the end, at the limit, and where
  // the file can't be read.
  // Shape: valid until the next call. A line longer than the buffer comes in pieces.
  bool next(std::string_view& line);

 private:
  void fill();

  sys::BorrowedFd file_;
  std::span<char> buffer_;
  size_t rest_bytes_;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace nosc::host
