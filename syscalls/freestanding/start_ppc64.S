// SPDX-License-Identifier: Apache-2.0
//
// Entry of a program on ppc64 (ELFv2): see start.h. The kernel passes the entry's own address
// in r12, from which the table of contents is found.

  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  addis 2, 12, .TOC. - _start@ha
  addi 2, 2, .TOC. - _start@l
  mr 3, 1                  // argc, then argv
  clrrdi 1, 1, 4
  li 0, 0
  stdu 0, -32(1)           // a zero back chain ends the frames
  mtlr 0
  bl sys_start
  nop
  trap
  .size _start, . - _start

  .section .note.GNU-stack, "", @progbits
