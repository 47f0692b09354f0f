// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/commands.h"
#include "syscalls/freestanding/start.h"

int sys_main(int argc, char** argv, char** envp) {
  nosc::cli::main({argv, static_cast<size_t>(argc)}, envp);
}
