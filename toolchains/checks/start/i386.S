// SPDX-License-Identifier: Apache-2.0
.globl _start, check_write, check_exit
.text
_start:
  xorl %ebp, %ebp
  movl %esp, %eax
  andl $-16, %esp
  subl $12, %esp
  pushl %eax
  call check_main
check_write:
  pushl %ebx
  movl 8(%esp), %ebx
  movl 12(%esp), %ecx
  movl 16(%esp), %edx
  movl $4, %eax
  int $0x80
  popl %ebx
  ret
check_exit:
  movl 4(%esp), %ebx
  movl $1, %eax
  int $0x80
.section .note.GNU-stack,"",@progbits
