// SPDX-License-Identifier: Apache-2.0
// A start and two system calls of its own: the toolchain's checks depend on nothing else.
#pragma once
#include <stddef.h>

extern "C" {

// Defined by the program; start/ARCHITECTURE.S calls it with the initial stack.
[[noreturn]] void check_main(const long* stack);

long check_write(int fd, const char* data, size_t size);
[[noreturn]] void check_exit(int status);

}  // extern "C"
