// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/rt/place.h"
#include "syscalls/sys/fd.h"
#include "syscalls/sys/result.h"

namespace nosc {

// Formats text into a buffer of the caller's and, when it was given a descriptor, writes the buffer
// out whenever it is full. Without one, what doesn't fit is cut off and truncated() tells.
// Nothing is allocated. Calls chain: writer.text("pid ").decimal(7).character('\n').
class Writer {
 public:
  // Writes to memory only.
  explicit Writer(std::span<char> buffer) : buffer_(buffer) {}
  // Writes to a descriptor, through the buffer.
  // Pre: the buffer isn't empty; the descriptor outlives the Writer; flush() is called at the end.
  Writer(std::span<char> buffer, sys::BorrowedFd fd) : buffer_(buffer), fd_(fd), has_fd_(true) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  Writer& character(char c);
  Writer& text(std::string_view text);
  Writer& decimal(uint64_t value);
  Writer& signed_decimal(int64_t value);
  Writer& octal(uint64_t value);  // without a leading 0
  Writer& hex(uint64_t value);    // without a leading 0x
  // Writes a JSON string: quotes, escapes for quotes, backslashes and control characters.
  Writer& quoted(std::string_view text);
  // Writes a string's characters as in quoted(), without the quotes.
  Writer& escaped(std::string_view text);
  // Writes a place as a JSON pointer; nothing if it isn't known.
  Writer& place(const Place& place);

  // Writes out what is buffered; nothing to do without a descriptor.
  // Errors: the first failed write since the Writer was made.
  sys::Result<void> flush();

  // The same with a NUL behind it, which takes the place of the last character where none is free.
  // Pre: the buffer isn't empty, and there is no descriptor.
  const char* terminated();

  // What is in the buffer now.
  std::string_view view() const { return {buffer_.data(), used_}; }
  bool truncated() const { return truncated_; }

 private:
  void digits(uint64_t value, unsigned shift);
  void drain();

  std::span<char> buffer_;
  size_t used_ = 0;
  sys::BorrowedFd fd_ = sys::BorrowedFd::from_raw(-1);
  bool has_fd_ = false;
  bool truncated_ = false;
  sys::Errno cause_ = {};
};

namespace internal {
template <size_t kSize>
struct WriterStorage {
  char storage[kSize];
};
}  // namespace internal

// A Writer that brings its own buffer, for the stack.
template <size_t kSize>
class BufferWriter : private internal::WriterStorage<kSize>, public Writer {
 public:
  BufferWriter() : Writer(this->storage) {}
  explicit BufferWriter(sys::BorrowedFd fd) : Writer(this->storage, fd) {}
};

}  // namespace nosc
