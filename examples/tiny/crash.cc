// SPDX-License-Identifier: Apache-2.0
//
// A payload for the test: dies of SIGILL, or of whatever signal its machine has for a trap.

#include "syscalls/freestanding/start.h"

int sys_main(int, char**, char**) { __builtin_trap(); }
