// SPDX-License-Identifier: Apache-2.0
//
// Starting without libc. The kernel enters a program at `_start` with a stack that holds, from its
// top: argc, the argument pointers, a null, the environment pointers, a null, and the auxiliary
// vector, pairs of a type and a value that end with type 0 (AT_NULL).
//
// `_start` differs per ABI and is one assembly file for each (start_<abi>.S): it ends the frame
// chain, aligns the stack, sets what compiled code takes for granted (gp on riscv, r2 on ppc64le)
// and hands the stack to `sys_start`, which is the same for all: it calls the program's `sys_main`
// and exits with its result. There are no constructors, no destructors and no thread-local storage.
//
// A program includes this header, defines `sys_main` and depends on
// //syscalls/freestanding:start and //syscalls/freestanding:memory.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "syscalls/sys/auxv.h"  // IWYU pragma: export

// The program: its result is the exit status of the process, of which the kernel keeps 8 bits.
// Shape: argv holds argc strings and a null; envp ends with a null.
extern "C" int sys_main(int argc, char** argv, char** envp);
