// SPDX-License-Identifier: Apache-2.0
#pragma once

// The socket on which a created container waits for `start`.
//
// It is named after the inode of the record beside it, ":N", so that it fits into a socket address
// (108 bytes) whatever the container's id is; the directory is named by descriptor. Its mode lets
// the owner alone connect. Whether a container is still waiting is asked of the kernel: nobody
// listens on the socket of one that has been started, even if its name was left behind.

#include <cstdint>

#include "syscalls/sys/fd.h"
#include "syscalls/sys/result.h"

namespace nosc::state {

// Makes the socket and listens on it. Pre: /proc is the host's.
sys::Fd listen_for_start(sys::BorrowedFd root, uint64_t record_inode);

// Connects to the container that waits.
// Errors of the result: ENOENT, ECONNREFUSED: none does.
sys::Result<sys::Fd> connect_to_start(sys::BorrowedFd root, uint64_t record_inode);

void remove_start_socket(sys::BorrowedFd root, uint64_t record_inode);

}  // namespace nosc::state
