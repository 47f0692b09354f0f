// SPDX-License-Identifier: Apache-2.0
//
// owners.cc as one writes it by hand: three calls in assembly, without types.
#include <stddef.h>

#include "syscalls/constants.h"
#include "syscalls/numbers.h"

long read_file(const char* path, char* buffer, size_t size) asm("read_file_by_hand");

long read_file(const char* path, char* buffer, size_t size) {
  register int open_number asm("x8") = sys::nr::kopenat;
  register int folder asm("w0") = sys::kCwd.raw();
  register const char* name asm("x1") = path;
  register int flags asm("w2") = sys::kO_CLOEXEC.bits();
  register int mode asm("w3") = 0;
  register long opened asm("x0");
  asm volatile("svc 0"
               : "=r"(opened)
               : "r"(open_number), "r"(folder), "r"(name), "r"(flags), "r"(mode)
               : "memory");
  if (static_cast<int>(opened) < 0) return opened;
  const int fd = static_cast<int>(opened);
  register int read_number asm("x8") = sys::nr::kread;
  register int read_from asm("w0") = fd;
  register char* read_to asm("x1") = buffer;
  register size_t read_size asm("x2") = size;
  register long got asm("x0");
  asm volatile("svc 0"
               : "=r"(got)
               : "r"(read_number), "r"(read_from), "r"(read_to), "r"(read_size)
               : "memory");
  register int close_number asm("x8") = sys::nr::kclose;
  register int closed asm("w0") = fd;
  register long ignored asm("x0");
  const long bytes = got;
  asm volatile("svc 0" : "=r"(ignored) : "r"(close_number), "r"(closed) : "memory");
  return bytes;
}
