// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "syscalls/sys/fd.h"

namespace nosc {

// A descriptor of a process on its way to exec, which closes it anyway: a system call less for
// each. That goes for the first few of a process; the others are closed when they go, so that a
// plan of any length needs few.
class PassingFd {
 public:
  PassingFd(sys::Fd fd) : fd_(std::move(fd)) {}  // NOLINT(google-explicit-constructor)
  PassingFd(const PassingFd&) = delete;
  PassingFd& operator=(const PassingFd&) = delete;
  ~PassingFd() {
    if (left == 0) return;
    --left;
    (void)fd_.release();
  }

  explicit operator bool() const { return static_cast<bool>(fd_); }
  operator sys::BorrowedFd() const { return fd_; }  // NOLINT(google-explicit-constructor)

 private:
  static inline constinit unsigned left = 80;

  sys::Fd fd_;
};

}  // namespace nosc
