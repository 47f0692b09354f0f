// SPDX-License-Identifier: Apache-2.0
//
// Entry of a program on loongarch64: see start.h.

  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  move $fp, $zero          // the frame chain ends here
  move $ra, $zero
  move $a0, $sp            // argc, then argv
  bstrins.d $sp, $zero, 3, 0
  bl sys_start
  break 0
  .size _start, . - _start

  .section .note.GNU-stack, "", @progbits
