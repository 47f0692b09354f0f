// SPDX-License-Identifier: Apache-2.0
#pragma once

// A seccomp filter on its way to the stub: an argument of two letters per byte, as in control.h.

#include <stddef.h>
#include <stdint.h>

#include "syscalls/types.h"

namespace nosc::process {

inline constexpr size_t kLettersPerInstruction = 2 * sizeof(sys::SockFilter);

// Writes the argument, NUL included.
inline void write_filter(const sys::SockFilter* program, size_t count, char* out) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(program);
  for (size_t i = 0; i < count * sizeof *program; ++i) {
    *out++ = static_cast<char>('a' + (bytes[i] >> 4));
    *out++ = static_cast<char>('a' + (bytes[i] & 15));
  }
  *out = '\0';
}

// Puts the program where its letters are, which take more room.
inline sys::SockFprog read_filter(char* letters, uint32_t count) {
  for (size_t i = 0; i < count * sizeof(sys::SockFilter); ++i) {
    letters[i] = static_cast<char>((letters[2 * i] - 'a') << 4 | (letters[2 * i + 1] - 'a'));
  }
  return {.len = static_cast<uint16_t>(count), .filter = letters};
}

}  // namespace nosc::process
