// SPDX-License-Identifier: Apache-2.0
//
// The payload: a program whose own cost hides nothing.

#include "syscalls/freestanding/start.h"

int sys_main(int, char**, char**) { return 0; }
