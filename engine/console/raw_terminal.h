// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/rt/result.h"
#include "syscalls/files.h"

namespace nosc::console {

// A terminal in raw mode: it passes on every byte as it is typed. The former mode comes back when
// this goes.
class RawTerminal {
 public:
  RawTerminal() = default;
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  // Pre: `terminal` outlives this.
  Result<void> enter(sys::BorrowedFd terminal);

 private:
  sys::BorrowedFd terminal_ = sys::BorrowedFd::from_raw(-1);
  sys::Termios former_{};
};

}  // namespace nosc::console
