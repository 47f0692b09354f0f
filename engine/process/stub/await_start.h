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

#include "syscalls/errno.h"
#include "syscalls/files.h"
#include "syscalls/processes.h"
#include "syscalls/sockets.h"

namespace nosc::process {

// Waits for the go of a `start`. Returns the connection to it, which closes at exec.
inline sys::Fd await_start(sys::BorrowedFd socket) {
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
