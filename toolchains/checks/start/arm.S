// SPDX-License-Identifier: Apache-2.0
.syntax unified
.arm
.globl _start, check_write, check_exit
.type _start, %function
.type check_write, %function
.type check_exit, %function
.text
_start:
  mov fp, #0
  mov lr, #0
  mov r0, sp
  and ip, r0, #-16
  mov sp, ip
  bl check_main
check_write:
  push {r7, lr}
  mov r7, #4
  svc #0
  pop {r7, pc}
check_exit:
  mov r7, #1
  svc #0
.section .note.GNU-stack,"",%progbits
