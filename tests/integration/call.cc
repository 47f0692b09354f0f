// SPDX-License-Identifier: Apache-2.0
// Makes a system call by its number and says what came of it, inside of a container with a filter:
//   call [i386] NUMBER [ARGUMENT...]
// prints "ok" or the number of the error. Numbers of x32 have its bit in them.

#include "syscalls/abi.h"
#include "syscalls/files.h"
#include "syscalls/freestanding/start.h"

namespace {

long parse(const char* text) {
  unsigned long value = 0;
  for (; *text != '\0'; ++text) value = value * 10 + static_cast<unsigned long>(*text - '0');
  return static_cast<long>(value);
}

// The entry of 32-bit programs, which 64-bit ones have too.
long call_i386(const long* values) {
  long result;
  asm volatile("int $0x80"
               : "=a"(result)
               : "a"(values[0]), "b"(values[1]), "c"(values[2]), "d"(values[3])
               : "memory");
  return result;
}

}  // namespace

int sys_main(int argc, char** argv, char**) {
  const bool is_i386 = argc > 1 && argv[1][0] == 'i';
  long values[7] = {};
  const int first = is_i386 ? 2 : 1;
  for (int i = first; i < argc && i - first < 7; ++i) values[i - first] = parse(argv[i]);
  const long result = is_i386 ? call_i386(values)
                              : sys::raw::call6(values[0], values[1], values[2], values[3],
                                                values[4], values[5], values[6]);
  char text[8];
  size_t at = sizeof text;
  text[--at] = '\n';
  if (result < 0 && result >= -4095) {
    for (long error = -result; error != 0; error /= 10) {
      text[--at] = static_cast<char>('0' + error % 10);
    }
  } else {
    text[--at] = 'k';
    text[--at] = 'o';
  }
  return sys::write(sys::BorrowedFd::from_raw(1), sys::Bytes(text + at, sizeof text - at)) ? 0 : 1;
}
