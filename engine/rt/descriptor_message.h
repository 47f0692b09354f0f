// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "syscalls/constants.h"
#include "syscalls/sys/span.h"
#include "syscalls/types.h"

namespace nosc {

// A message that carries one descriptor beside its bytes, for sending and for receiving through a
// unix socket.
// Shape: `bytes` outlive the message.
// Source: unix(7), SCM_RIGHTS; cmsg(3).
class DescriptorMessage {
 public:
  explicit DescriptorMessage(sys::MutableBytes bytes) {
    vector_ = {.base = bytes.data(), .len = bytes.size()};
    message_.iov = &vector_;
    message_.iovlen = 1;
    message_.control = &control_;
    message_.controllen = sizeof control_;
    control_.head = {.len = offsetof(Control, fd) + sizeof control_.fd,
                     .level = sys::kSOL_SOCKET,
                     .type = sys::kSCM_RIGHTS};
  }
  DescriptorMessage(const DescriptorMessage&) = delete;
  DescriptorMessage& operator=(const DescriptorMessage&) = delete;

  sys::Msghdr& header() { return message_; }
  void set_fd(int fd) { control_.fd = fd; }

  // The descriptor received, or -1 if the message has another content.
  int received_fd() const {
    const bool right = message_.controllen >= control_.head.len &&
                       control_.head.len == offsetof(Control, fd) + sizeof control_.fd &&
                       control_.head.level == sys::kSOL_SOCKET &&
                       control_.head.type == sys::kSCM_RIGHTS;
    return right ? control_.fd : -1;
  }

 private:
  struct Control {
    sys::Cmsghdr head;
    int fd;
  };

  Control control_{};
  sys::Iovec vector_{};
  sys::Msghdr message_{};
};

}  // namespace nosc
