// SPDX-License-Identifier: Apache-2.0
//
// Entry of a program on mipsel (o32, code without abicalls): see start.h. The entry has both names,
// because linkers disagree about which one is the default.

  .section .text._start, "ax", @progbits
  .globl _start
  .globl __start
  .type _start, @function
  .set push
  .set noreorder
  .set noat
_start:
__start:
  move $fp, $zero          // the frame chain ends here
  move $ra, $zero
  move $a0, $sp            // argc, then argv
  addiu $at, $zero, -8
  and $sp, $sp, $at
  jal sys_start
  addiu $sp, $sp, -16      // delay slot: room for the callee to keep its arguments in
  break
  .set pop
  .size _start, . - _start

  .section .note.GNU-stack, "", @progbits
