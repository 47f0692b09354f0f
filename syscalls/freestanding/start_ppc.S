// SPDX-License-Identifier: Apache-2.0
//
// Entry of a program on ppc: see start.h.

  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  mr 3, 1                  // argc, then argv
  clrrwi 1, 1, 4
  li 0, 0
  stwu 0, -16(1)           // a zero back chain ends the frames
  mtlr 0
  bl sys_start
  trap
  .size _start, . - _start

  .section .note.GNU-stack, "", @progbits
