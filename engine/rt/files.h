// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "syscalls/sys/result.h"

namespace nosc {

// Reads a descriptor to its end: regular files, and those of /proc, whose size nobody knows before.
// Shape: in the arena, to be changed at will, followed by a NUL that isn't counted. The path is for
// errors only.
// Errors: kSystem; kTooLarge above `limit_bytes`; kOutOfMemory.
std::span<char> read_to_end(sys::BorrowedFd fd, const char* path, size_t limit_bytes, Arena& arena);

// Opens and reads a file of the host, as above.
// Shape: the path is NUL-terminated.
// Errors: as above; EISDIR for a directory. A FIFO isn't waited for.
std::span<char> read_file(const char* path, size_t limit_bytes, Arena& arena);

// Makes every descriptor from `first` on close at exec. Pre: /proc is the host's, before 5.11.
// Errors of the result: those of sys::fallback::close_range().
sys::Result<void> close_on_exec_from(uint32_t first);

// Writes everything.
sys::Result<void> write_all(sys::BorrowedFd fd, std::string_view text);

}  // namespace nosc
