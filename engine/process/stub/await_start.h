// SPDX-License-Identifier: Apache-2.0
#pragma once

// The waiting side of `start`, for the stub and, where hooks run before the program, for the
// set-up.
//
//   start                                  the container's first process
//   connect ------------------------------> accept
//   one byte -----------------------------> goes on
//   <---------- a Failure, or end of file: the program runs
//
// Whoever connects and says nothing (`state` does so to ask whether anybody waits, and a `start`
// may be killed) changes nothing. Where a filter is loaded before, it has to let accept4, read and
// write through; what can't accept ends, and the container with it.
//
// A container that waits can be asked to end like one that runs: the kernel drops what the first
// process of a pid namespace has no handler for, so there is one, which exec takes back.

#include "syscalls/errno.h"
#include "syscalls/files.h"
#include "syscalls/portable.h"
#include "syscalls/processes.h"
#include "syscalls/signals.h"
#include "syscalls/sockets.h"

namespace nosc::process {

// Ends with the status that shells give to a program that a signal ended.
[[noreturn]] inline void end_by_signal(int signal) {
  for (;;) (void)sys::exit_group(128 + signal);
}

// Pre: no signal is ignored. A filter that refuses the call leaves things as they were.
inline void end_by_signals() {
  sys::Sigaction action{};
  sys::portable::set_handler(action, end_by_signal);
  constexpr sys::Signal kEnding[] = {sys::kSIGHUP, sys::kSIGINT, sys::kSIGQUIT, sys::kSIGTERM};
  for (const sys::Signal signal : kEnding) (void)sys::rt_sigaction(signal, &action);
}

// Waits for the go of a `start`. Returns the connection to it, which closes at exec.
inline sys::Fd await_start(sys::BorrowedFd socket) {
  end_by_signals();
  for (;;) {
    auto connection = sys::accept4(socket, nullptr, nullptr, sys::kSOCK_CLOEXEC);
    char byte[1];
    if (!connection) {
      if (connection.failed_with(sys::kEINTR) || connection.failed_with(sys::kECONNABORTED)) {
        continue;
      }
      for (;;) (void)sys::exit_group(1);
    }
    const auto count = sys::read(connection.borrow(), byte);
    if (count && *count == 1) return connection.take();
  }
}

}  // namespace nosc::process
