// SPDX-License-Identifier: Apache-2.0
//
// Entry of a program on s390x: see start.h. The kernel hands over a stack aligned to 8, which is
// all that the ABI asks for.

  .section .text._start, "ax", @progbits
  .globl _start
  .type _start, @function
_start:
  lgr %r2, %r15            // argc, then argv
  aghi %r15, -160          // the register save area of the callee
  xc 0(8, %r15), 0(%r15)   // a zero back chain ends the frames
  lghi %r11, 0
  brasl %r14, sys_start
  .long 0
  .size _start, . - _start

  .section .note.GNU-stack, "", @progbits
