// SPDX-License-Identifier: Apache-2.0
.globl _start, check_write, check_exit
.text
_start:
  lgr %r2, %r15
  aghi %r15, -160
  xc 0(8,%r15), 0(%r15)
  brasl %r14, check_main
check_write:
  lghi %r1, 4
  svc 0
  br %r14
check_exit:
  lghi %r1, 1
  svc 0
.section .note.GNU-stack,"",@progbits
