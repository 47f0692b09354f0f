// SPDX-License-Identifier: Apache-2.0

#include "syscalls/freestanding/start.h"

#include "syscalls/processes.h"

// Called by `_start` alone, with the stack as the kernel left it.
extern "C" [[noreturn, gnu::used]] void sys_start(uintptr_t* stack) {
  const int argc = static_cast<int>(stack[0]);
  char** const argv = reinterpret_cast<char**>(stack + 1);
  char** const envp = argv + argc + 1;
  sys::exit_group(sys_main(argc, argv, envp));
}
