// SPDX-License-Identifier: Apache-2.0
//
// owners.cc as one writes it by hand: three calls in assembly, without types.
#include <stddef.h>

#include "syscalls/constants.h"
#include "syscalls/numbers.h"

long read_file(const char* path, char* buffer, size_t size) asm("read_file_by_hand");

long read_file(const char* path, char* buffer, size_t size) {
  register int open_number asm("a7") = sys::nr::kopenat;
  register int folder asm("a0") = sys::kCwd.raw();
  register const char* name asm("a1") = path;
  register int flags asm("a2") = sys::kO_CLOEXEC.bits();
  register int mode asm("a3") = 0;
  register long opened asm("a0");
  asm volatile("ecall"
               : "=r"(opened)
               : "r"(open_number), "r"(folder), "r"(name), "r"(flags), "r"(mode)
               : "memory");
  if (opened < 0) return opened;
  const int fd = static_cast<int>(opened);
  register int read_number asm("a7") = sys::nr::kread;
  register int read_from asm("a0") = fd;
  register char* read_to asm("a1") = buffer;
  register size_t read_size asm("a2") = size;
  register long got asm("a0");
  asm volatile("ecall"
               : "=r"(got)
               : "r"(read_number), "r"(read_from), "r"(read_to), "r"(read_size)
               : "memory");
  register int close_number asm("a7") = sys::nr::kclose;
  register int closed asm("a0") = fd;
  register long ignored asm("a0");
  const long bytes = got;
  asm volatile("ecall" : "=r"(ignored) : "r"(close_number), "r"(closed) : "memory");
  return bytes;
}
