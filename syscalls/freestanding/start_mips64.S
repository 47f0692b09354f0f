// SPDX-License-Identifier: Apache-2.0
//
// Entry of a program on mips64 (n64, code without abicalls): see start.h. The entry has both
// names, because linkers disagree about which one is the default.

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
  daddiu $at, $zero, -16
  jal sys_start
  and $sp, $sp, $at        // delay slot
  break
  .set pop
  .size _start, . - _start

  .section .note.GNU-stack, "", @progbits
