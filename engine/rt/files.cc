// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/files.h"

#include <string.h>

#include <algorithm>

#include "syscalls/sys.h"
#include "syscalls/sys/fallback.h"

namespace nosc {
namespace {

// Enough for almost every config.json, and little enough to take without asking for the size.
constexpr size_t kFirstReadBytes = size_t{32} << 10;

}  // namespace

std::span<char> read_to_end(sys::BorrowedFd fd, const char* path, size_t limit_bytes,
                            Arena& arena) {
  size_t capacity = kFirstReadBytes;
  auto* buffer = static_cast<char*>(arena.allocate(capacity, 1));
  size_t used = 0;
  for (;;) {
    // One byte stays free for the NUL.
    auto count = sys::read(fd, sys::Span<char>(buffer + used, capacity - 1 - used));
    if (!count.ok()) {
      if (count.failed_with(sys::kEINTR)) continue;
      fail_system("read", path, count.error());
    }
    used += *count;
    if (used > limit_bytes) {
      fail({.code = ErrorCode::kTooLarge,
            .operation = "read",
            .object = path,
            .text = "the file is larger than nosc reads"});
    }
    if (*count == 0) break;
    if (used < capacity - 1) continue;
    if (!arena.extend(buffer, capacity, capacity * 2)) {
      auto* larger = static_cast<char*>(arena.allocate(capacity * 2, 1));
      memcpy(larger, buffer, used);
      buffer = larger;
    }
    capacity *= 2;
  }
  buffer[used] = '\0';
  return std::span<char>(buffer, used);
}

std::span<char> read_file(const char* path, size_t limit_bytes, Arena& arena) {
  const sys::Fd file = or_fail(sys::openat(sys::kCwd, sys::CStr::from_terminated(path),
                                           sys::kO_RDONLY | sys::kO_CLOEXEC | sys::kO_NONBLOCK),
                               "open", path);
  return read_to_end(file, path, limit_bytes, arena);
}

sys::Result<void> write_all(sys::BorrowedFd fd, std::string_view text) {
  while (!text.empty()) {
    auto written = sys::write(fd, text);
    if (written.ok()) {
      text.remove_prefix(*written);
    } else if (!written.failed_with(sys::kEINTR)) {
      return written.error();
    }
  }
  return sys::Result<void>::from_raw(0);
}

sys::Result<void> close_on_exec_from(uint32_t first) {
  return sys::fallback::close_range(first, ~0u, sys::kCLOSE_RANGE_CLOEXEC);
}

}  // namespace nosc
