// SPDX-License-Identifier: Apache-2.0
//
// What several probes need: files to try things on, pages, children.
#pragma once

#include "syscalls/portable.h"
#include "syscalls/sys.h"
#include "tests/arch/check.h"

namespace probe {

// A string that ends with a NUL, as an argument of a call.
inline sys::CStr cstr(const char* text) { return sys::CStr::from_terminated(text); }

inline sys::Mode mode(uint32_t bits) { return sys::Mode::from_bits(bits); }

// Size of a page of memory, from the auxiliary vector.
size_t page_size_bytes();

// A file in memory with those contents.
sys::Fd memory_file(sys::Bytes contents);

// A folder of the case's own, below the test's temporary folder (TEST_TMPDIR, or else /tmp). It is
// removed at the end if the case left it empty; what a failed case leaves is the test runner's.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  sys::BorrowedFd fd() const { return fd_; }
  // Makes a file with those contents.
  void write_file(const char* name, sys::Bytes contents) const;
  void remove(const char* name) const;

 private:
  sys::Fd parent_;
  sys::Fd fd_;
  char name_[32];
};

// Starts a process that runs the function and then exits with its result.
sys::Pid start_child(int (*run)());

// Waits for a child and returns its wait status.
int wait_for(sys::Pid pid);

// Parts of a wait status.
constexpr int exit_status(int wait_status) { return (wait_status >> 8) & 0xff; }
constexpr int ending_signal(int wait_status) { return wait_status & 0x7f; }

}  // namespace probe
