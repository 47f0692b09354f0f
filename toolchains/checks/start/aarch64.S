// SPDX-License-Identifier: Apache-2.0
.globl _start, check_write, check_exit
.text
_start:
  mov x29, #0
  mov x30, #0
  mov x0, sp
  b check_main
check_write:
  mov x8, #64
  svc #0
  ret
check_exit:
  mov x8, #93
  svc #0
.section .note.GNU-stack,"",@progbits
