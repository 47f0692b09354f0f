// SPDX-License-Identifier: Apache-2.0
.globl _start, check_write, check_exit
.type _start, @function
.type check_write, @function
.type check_exit, @function
.text
_start:
  addis 2, 12, .TOC.-_start@ha
  addi 2, 2, .TOC.-_start@l
  mr 3, 1
  clrrdi 1, 1, 4
  li 0, 0
  stdu 1, -32(1)
  mtlr 0
  bl check_main
  nop
check_write:
  li 0, 4
  sc
  blr
check_exit:
  li 0, 1
  sc
.section .note.GNU-stack,"",@progbits
