// SPDX-License-Identifier: Apache-2.0
//
// Says hello and what time it is, in seconds since 1970.
#include "syscalls/files.h"
#include "syscalls/freestanding/start.h"
#include "syscalls/sys/vdso.h"

int sys_main(int, char**, char** envp) {
  const sys::Vdso vdso = sys::Vdso::find(envp);
  sys::TimeOfDay now;
  if (!vdso.gettimeofday(now).ok()) return 1;
  char line[] = "hello ..........\n";
  auto seconds = static_cast<uint64_t>(now.sec);
  for (size_t i = sizeof(line) - 3; seconds != 0 && i > 5; --i) {
    line[i] = static_cast<char>('0' + seconds % 10);
    seconds /= 10;
  }
  return sys::write(sys::BorrowedFd::from_raw(1), sys::Bytes(line, sizeof(line) - 1)) ? 0 : 1;
}
