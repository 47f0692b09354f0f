// SPDX-License-Identifier: Apache-2.0
//
// owners.cc as one writes it by hand: three calls in assembly, without types.
#include <stddef.h>

#include "syscalls/constants.h"
#include "syscalls/numbers.h"

long read_file(const char* path, char* buffer, size_t size) asm("read_file_by_hand");

long read_file(const char* path, char* buffer, size_t size) {
  register int open_number asm("rax") = sys::nr::kopenat;
  register int folder asm("rdi") = sys::kCwd.raw();
  register const char* name asm("rsi") = path;
  register int flags asm("rdx") = sys::kO_CLOEXEC.bits();
  register int mode asm("r10") = 0;
  register long opened asm("rax");
  asm volatile("syscall"
               : "=r"(opened)
               : "r"(open_number), "r"(folder), "r"(name), "r"(flags), "r"(mode)
               : "rcx", "r11", "memory");
  if (static_cast<int>(opened) < 0) return opened;
  const int fd = static_cast<int>(opened);
  register int read_number asm("rax") = sys::nr::kread;
  register int read_from asm("rdi") = fd;
  register char* read_to asm("rsi") = buffer;
  register size_t read_size asm("rdx") = size;
  register long got asm("rax");
  asm volatile("syscall"
               : "=r"(got)
               : "r"(read_number), "r"(read_from), "r"(read_to), "r"(read_size)
               : "rcx", "r11", "memory");
  register int close_number asm("rax") = sys::nr::kclose;
  register int closed asm("rdi") = fd;
  register long ignored asm("rax");
  const long bytes = got;
  asm volatile("syscall" : "=r"(ignored) : "r"(close_number), "r"(closed) : "rcx", "r11", "memory");
  return bytes;
}
