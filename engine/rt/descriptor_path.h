// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "syscalls/sys/cstr.h"
#include "syscalls/sys/fd.h"

namespace nosc {

// The name of a descriptor for calls that take nothing but paths: "/proc/self/fd/N".
// Pre: /proc is the host's; a container's own is never used in this way.
class DescriptorPath {
 public:
  explicit DescriptorPath(sys::BorrowedFd fd);

  sys::CStr path() const { return sys::CStr::from_terminated(text_); }
  // The number alone: the name in the directory of descriptors.
  sys::CStr name() const { return sys::CStr::from_terminated(text_ + kPrefixBytes); }

 private:
  static constexpr size_t kPrefixBytes = sizeof("/proc/self/fd/") - 1;

  char text_[sizeof("/proc/self/fd/") + 10];
};

}  // namespace nosc
