// SPDX-License-Identifier: Apache-2.0
//
// Calls that an ABI lacks: the same line passes where the ABI has the call. See descriptors.cc for
// how to read this; what stands behind refused-ABI holds on that ABI alone.
#include "syscalls/sys.h"

namespace {

[[maybe_unused]] void calls_of_64_bits(sys::BorrowedFd fd, sys::Timespec& time) {
  // refused-arm-error@+1 {{no member named 'fadvise64'}}
  (void)sys::fadvise64(fd, 0, 0, sys::kPOSIX_FADV_NORMAL);
  // refused-arm-error@+1 {{no member named 'sync_file_range'}}
  (void)sys::sync_file_range(fd, 0, 0, {});
  // A call of this name that wants another type: refused-arm-error@+1 {{cannot bind}}
  (void)sys::clock_gettime(sys::kCLOCK_MONOTONIC, time);
}

[[maybe_unused]] void calls_of_32_bits(sys::BorrowedFd fd, sys::Timespec& time) {
  // refused-x86_64-error@+2 {{no member named 'fcntl64'}}
  // refused-aarch64-error@+1 {{no member named 'fcntl64'}}
  (void)sys::fcntl64(fd, sys::kF_GETFD);
  // refused-x86_64-error@+2 {{no member named 'ftruncate64'}}
  // refused-aarch64-error@+1 {{no member named 'ftruncate64'}}
  (void)sys::ftruncate64(fd, 0);
  // refused-x86_64-error@+2 {{no member named 'clock_gettime64'}}
  // refused-aarch64-error@+1 {{no member named 'clock_gettime64'}}
  (void)sys::clock_gettime64(sys::kCLOCK_MONOTONIC, time);
}

// What newer ABIs have the *at calls for.
[[maybe_unused]] void calls_of_older_abis(sys::BorrowedFd fd) {
  // refused-aarch64-error@+1 {{no member named 'open'}}
  (void)sys::open("/", sys::kO_RDONLY);
  // refused-aarch64-error@+1 {{no member named 'mkdir'}}
  (void)sys::mkdir("/x", {});
  // refused-aarch64-error@+1 {{no member named 'rename'}}
  (void)sys::rename("/x", "/y");
  (void)sys::dup2(fd, 9);  // refused-aarch64-error {{no member named 'dup2'}}
  (void)sys::openat(sys::kCwd, "/", sys::kO_RDONLY);
}

// What every ABI has: nothing may be said here.
[[maybe_unused]] void calls_of_all(sys::BorrowedFd fd, sys::Timespec& time) {
  (void)sys::portable::fcntl(fd, sys::kF_GETFD);
  (void)sys::portable::ftruncate(fd, 0);
  (void)sys::portable::clock_gettime(sys::kCLOCK_MONOTONIC, time);
}

}  // namespace
