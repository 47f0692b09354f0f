// SPDX-License-Identifier: Apache-2.0
//
// Entry of a program on x86_64: see start.h.

  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  xorl %ebp, %ebp          // the frame chain ends here
  movq %rsp, %rdi          // argc, then argv
  andq $-16, %rsp
  call sys_start
  ud2
  .size _start, . - _start

  .section .note.GNU-stack, "", @progbits
