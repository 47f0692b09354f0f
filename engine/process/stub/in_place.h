// SPDX-License-Identifier: Apache-2.0
#pragma once

// The stub's other entrance: a call, in a process that is still nosc.
//
// What executing the stub costs is a new address space, and it needs none. So where the kernel lets
// a process say which file it comes from, nosc maps the stub beside itself and calls it. The stub
// takes nosc's file out of memory and makes its own the process's: the kernel allows that only when
// nothing of the old file is mapped any more. From then on all is as if the stub had been executed.
// Everything else that the process maps is memory without a file, and ends with the next execve.
//
// Source: prctl(2), PR_SET_MM_MAP: since 3.18 and, for who isn't root in the first user namespace,
// 4.10; CAP_SYS_ADMIN, or CAP_CHECKPOINT_RESTORE since 5.9, in the process's user namespace;
// CONFIG_CHECKPOINT_RESTORE.

#include <stddef.h>
#include <stdint.h>

#include "syscalls/constants.h"
#include "syscalls/processes.h"
#include "syscalls/types.h"

namespace nosc::process {

// What is left to do, for the stub.
// Shape: nothing of it lies in nosc's file, neither it nor what it points to.
struct InPlace {
  void* image = nullptr;  // nosc's file as it is mapped
  size_t image_bytes = 0;
  sys::BorrowedFd program = sys::BorrowedFd::from_raw(-1);     // the stub's file
  sys::BorrowedFd failure = sys::BorrowedFd::from_raw(-1);     // where failure is written
  sys::BorrowedFd attributes = sys::BorrowedFd::from_raw(-1);  // /proc/PID/attr, for a label
  const char* label = nullptr;                                 // nullptr: none
  sys::CapUserDataPair capabilities{};
  bool forks = false;  // the program's process is a new one, a child of the caller's parent
  bool takes_terminal = false;  // that process, which stdin is
  bool sets_ambient = false;    // clears the ambient set, and then raises `ambient`
  bool filters_first = false;   // before capabilities that loading a filter needs are given up
  uint64_t ambient = 0;
  sys::SockFprog filter{};  // of length 0: none
  sys::SeccompFlags filter_flags{};
  uint32_t candidate_count = 0;
  char** candidates = nullptr;  // behind them the program's own arguments
  char** envp = nullptr;
};

// What the stub's note (the only one in its file) tells.
using InPlaceEntrance = void (*)(const InPlace& stage);
struct [[gnu::packed]] InPlaceNote {
  uint32_t name_bytes;
  uint32_t description_bytes;
  uint32_t type;
  char name[8];
  InPlaceEntrance entrance;
};

// Makes that file the one that this process comes from. Of the rest the kernel asks that it be
// addresses in order; nobody reads it, and the next execve says it anew.
// Errors: EBUSY: the old file is still mapped, and nothing else is wrong.
inline sys::Result<int> set_program(sys::BorrowedFd program, const void* place) {
  const auto address = reinterpret_cast<uintptr_t>(place);
  const sys::PrctlMmMap map{.start_code = address,
                            .end_code = address + 1,
                            .start_data = address,
                            .end_data = address,
                            .start_brk = address,
                            .brk = address,
                            .start_stack = address,
                            .arg_start = address,
                            .arg_end = address,
                            .env_start = address,
                            .env_end = address,
                            .auxv = nullptr,
                            .auxv_size = 0,
                            .exe_fd = static_cast<uint32_t>(program.raw())};
  return sys::prctl(sys::kPR_SET_MM, sys::kPR_SET_MM_MAP, reinterpret_cast<uintptr_t>(&map),
                    sizeof map);
}

}  // namespace nosc::process
