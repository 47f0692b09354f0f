// SPDX-License-Identifier: Apache-2.0
#pragma once

// The control word: the first argument of the stub, written by nosc and read by the stub.
//
// Seven numbers of 16 bits in letters, because an argument can't hold a NUL byte: after the mark
// come four letters for each, 'a' for a nibble of 0 up to 'p' for 15, the highest nibble first.

#include <stdint.h>

#include <initializer_list>

namespace nosc::process {

inline constexpr uint32_t kNone = 0xffff;

// What the stub has to know beside its other arguments.
struct Control {
  uint32_t candidate_count;
  uint32_t failure_fd;    // where a failure is written; kNone: the connection on start_fd
  uint32_t directory_fd;  // to change to before the execve; kNone: none
  uint32_t start_fd;      // the socket on which to wait for the start; kNone: start at once
  // Instructions of the seccomp filter, which is the next argument; 0: there is no such argument.
  uint32_t filter_count = 0;
  uint32_t filter_flags = 0;
  // /proc/PID/attr, with a label as the argument in front of the candidates; kNone: none
  uint32_t attributes_fd = kNone;
};

inline constexpr uint32_t kLargestControl = 0xffff;
inline constexpr char kControlMark = '\x01';  // no program of a container is called so
inline constexpr unsigned kControlDigits = 4;
inline constexpr unsigned kControlBytes = 1 + 7 * kControlDigits + 1;  // with the NUL

// Writes the control word. Pre: no number is above kLargestControl.
inline void write_control(const Control& control, char* out) {
  *out++ = kControlMark;
  for (uint32_t value :
       {control.candidate_count, control.failure_fd, control.directory_fd, control.start_fd,
        control.filter_count, control.filter_flags, control.attributes_fd}) {
    for (unsigned shift = 4 * kControlDigits; shift != 0;) {
      shift -= 4;
      *out++ = static_cast<char>('a' + ((value >> shift) & 15));
    }
  }
  *out = '\0';
}

// Reads it. Returns false for any other text.
inline bool read_control(const char* text, Control& control) {
  if (*text++ != kControlMark) return false;
  for (uint32_t* value :
       {&control.candidate_count, &control.failure_fd, &control.directory_fd, &control.start_fd,
        &control.filter_count, &control.filter_flags, &control.attributes_fd}) {
    *value = 0;
    for (unsigned i = 0; i < kControlDigits; ++i) {
      const unsigned nibble = static_cast<unsigned char>(*text++) - unsigned{'a'};
      if (nibble > 15) return false;
      *value = *value << 4 | nibble;
    }
  }
  return *text == '\0';
}

}  // namespace nosc::process
