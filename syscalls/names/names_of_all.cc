// SPDX-License-Identifier: Apache-2.0
#include "syscalls/freestanding/start.h"
#include "syscalls/names/look_up.h"

int sys_main(int argc, char** argv, char**) {
  return argc == 3 ? look_up<sys::AllNames>(*argv[1] - 'a', argv[2]) : 2;
}
