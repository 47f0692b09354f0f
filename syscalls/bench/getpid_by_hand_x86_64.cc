// SPDX-License-Identifier: Apache-2.0
//
// The loop of getpid.cc in assembly.
#include "syscalls/numbers.h"

int sum_by_hand(int calls);

int sum_by_hand(int calls) {
  int sum = 0;
  for (int i = 0; i < calls; ++i) {
    int pid = sys::nr::kgetpid;
    asm volatile("syscall" : "+a"(pid) : : "rcx", "r11", "memory");
    sum += pid;
  }
  return sum;
}
