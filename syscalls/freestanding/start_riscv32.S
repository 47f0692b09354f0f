// SPDX-License-Identifier: Apache-2.0
//
// Entry of a program on riscv32: see start.h. The kernel hands over a stack aligned to 16.

  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  .option push
  .option norelax          // gp is not set yet, so its own load can't be relaxed against it
  lla gp, __global_pointer$
  .option pop
  mv s0, zero              // the frame chain ends here
  mv ra, zero
  mv a0, sp                // argc, then argv
  call sys_start
  unimp
  .size _start, . - _start

  .section .note.GNU-stack, "", @progbits
