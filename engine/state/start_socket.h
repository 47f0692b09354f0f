// SPDX-License-Identifier: Apache-2.0
#pragma once

// The socket on which a created container waits for `start`.
//
// It is named after the inode of the record beside it, ":N", so that it fits into a socket address
// (108 bytes) whatever the container's id is; the directory is named by descriptor. Its mode lets
// the owner alone connect. Whether a container is still waiting is asked of the kernel: nobody
// listens on the socket of one that has been started, even if its name was left behind.

#include <cstdint>
#include <string_view>

#include "engine/rt/writer.h"
#include "syscalls/sys/cstr.h"
#include "syscalls/sys/fd.h"
#include "syscalls/sys/result.h"

namespace nosc::state {

// Makes the socket and listens on it. Pre: /proc is the host's.
sys::Fd listen_for_start(sys::BorrowedFd root, uint64_t record_inode);

// Connects to the container that waits.
// Errors of the result: ENOENT, ECONNREFUSED: none does.
sys::Result<sys::Fd> connect_to_start(sys::BorrowedFd root, uint64_t record_inode);

// The directory with the socket of sd_notify(3) stands beside the record too: "::ID".
class NotifyName : public BufferWriter<288> {
 public:
  explicit NotifyName(std::string_view id, std::string_view file = {}) {
    text("::").text(id).text(file).character('\0');
  }
  sys::CStr path() const { return sys::CStr::from_terminated(view().data()); }
};
inline constexpr std::string_view kNotifySocket = "/notify.sock";

void remove_start_socket(sys::BorrowedFd root, uint64_t record_inode);

}  // namespace nosc::state
