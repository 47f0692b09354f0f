// SPDX-License-Identifier: Apache-2.0
#pragma once

// The small files of a cgroup, by one open, one read or write.

#include <span>
#include <string_view>

#include "syscalls/sys.h"

namespace nosc::cgroups {

sys::Result<sys::Fd> open_directory(sys::CStr path);

// Opens a cgroup's cgroup.procs for joining.
sys::Result<sys::Fd> open_members(sys::BorrowedFd directory);

// What a file says, as far as the buffer goes; nothing where it can't be read.
std::string_view read_text(sys::BorrowedFd directory, sys::CStr file, std::span<char> buffer);

sys::Errno write_text(sys::BorrowedFd directory, sys::CStr file, std::string_view text);

// Waiting for the kernel doubles from the first to the last: two seconds in all.
inline constexpr int kFirstWaitMs = 1;
inline constexpr int kLastWaitMs = 1024;

}  // namespace nosc::cgroups
