// SPDX-License-Identifier: Apache-2.0
//
// Entry of a program on arm (EABI, ARM state): see start.h. The linker turns the call into a
// change of state where sys_start is Thumb code.

  .syntax unified
  .section .text._start, "ax", %progbits
  .globl _start
  .type _start, %function
  .arm
_start:
  mov r11, #0              // the frame chain ends here
  mov lr, #0
  mov r0, sp               // argc, then argv
  bic ip, r0, #15
  mov sp, ip
  bl sys_start
  udf #0
  .size _start, . - _start

  .section .note.GNU-stack, "", %progbits
