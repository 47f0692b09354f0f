// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/rt/arena.h"
#include "syscalls/sys/ids.h"

namespace nosc::cli {

// Writes a process's id as a file of its own, whole or not at all: it is written beside and
// renamed. Shape: a relative path is relative to the caller's directory.
void write_pid_file(const char* path, sys::Pid pid, Arena& arena);

}  // namespace nosc::cli
