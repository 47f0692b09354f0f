// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/rt/undo.h"
#include "syscalls/files.h"

namespace nosc::console {

// A terminal in raw mode: it passes on every byte as it is typed. The former mode comes back when
// this goes.
class RawTerminal {
 public:
  RawTerminal() = default;
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  // Pre: `terminal` outlives this.
  void enter(sys::BorrowedFd terminal);

 private:
  static void leave(void* raw_terminal);

  sys::BorrowedFd terminal_ = sys::BorrowedFd::from_raw(-1);
  sys::Termios former_{};
  Undo undo_{leave, this};
};

}  // namespace nosc::console
