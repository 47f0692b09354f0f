// SPDX-License-Identifier: Apache-2.0
//
// Entry of a program on aarch64: see start.h. The kernel hands over a stack aligned to 16.

  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  mov x29, #0              // the frame chain ends here
  mov x30, #0
  mov x0, sp               // argc, then argv
  bl sys_start
  brk #1
  .size _start, . - _start

  .section .note.GNU-stack, "", @progbits
