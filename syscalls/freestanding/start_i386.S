// SPDX-License-Identifier: Apache-2.0
//
// Entry of a program on i386: see start.h.

  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  xorl %ebp, %ebp          // the frame chain ends here
  movl %esp, %eax          // argc, then argv
  andl $-16, %esp
  subl $12, %esp           // so that the stack is aligned where the argument lies
  pushl %eax
  call sys_start
  ud2
  .size _start, . - _start

  .section .note.GNU-stack, "", @progbits
