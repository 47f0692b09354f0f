// SPDX-License-Identifier: Apache-2.0
#include "syscalls/freestanding/start.h"
#include "syscalls/names/look_up.h"

using Names = sys::NameTable<sys::AbiId::kX86_64, sys::AbiId::kI386, sys::AbiId::kX32>;

int sys_main(int argc, char** argv, char**) {
  return argc == 3 ? look_up<Names>(*argv[1] - 'a', argv[2]) : 2;
}
