// SPDX-License-Identifier: Apache-2.0
//
//   cat [FILE...]
//
// Writes files one after the other; without one, or for "-", its standard input. A file that cannot
// be read is one line on standard error, the others follow, and the status is 1.

#include "syscalls/freestanding/start.h"
#include "syscalls/sys.h"
#include "syscalls/sys/retry.h"

namespace {

constexpr sys::BorrowedFd kIn = sys::BorrowedFd::from_raw(0);
constexpr sys::BorrowedFd kOut = sys::BorrowedFd::from_raw(1);
constexpr sys::BorrowedFd kErr = sys::BorrowedFd::from_raw(2);
constexpr size_t kBufferBytes = 64 * 1024;

void complain(const char* name, sys::Errno error) {
  char digits[12];
  size_t start = sizeof(digits);
  digits[--start] = '\n';
  auto number = static_cast<unsigned>(error.value());
  do {
    digits[--start] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  const sys::Iovec line[] = {{"cat: ", 5},
                             {name, __builtin_strlen(name)},
                             {": errno ", 8},
                             {digits + start, sizeof(digits) - start}};
  (void)sys::writev(kErr, line);
}

// Writes all of it, in as many calls as it takes.
sys::Result<void> write_all(const char* data, size_t size_bytes) {
  while (size_bytes != 0) {
    const auto written =
        sys::retry_eintr([&] { return sys::write(kOut, sys::Bytes(data, size_bytes)); });
    if (!written.ok()) return written.error();
    data += *written;
    size_bytes -= *written;
  }
  return sys::Result<void>::from_raw(0);
}

sys::Result<void> copy(sys::BorrowedFd from) {
  char buffer[kBufferBytes];
  while (true) {
    const auto got = sys::retry_eintr([&] { return sys::read(from, buffer); });
    if (!got.ok()) return got.error();
    if (*got == 0) return sys::Result<void>::from_raw(0);
    const auto written = write_all(buffer, *got);
    if (!written.ok()) return written;
  }
}

sys::Result<void> copy_file(const char* name) {
  if (name[0] == '-' && name[1] == '\0') return copy(kIn);
  const auto file = sys::openat(sys::kCwd, sys::CStr::from_terminated(name), sys::kO_RDONLY);
  return file.ok() ? copy(file.borrow()) : file.error();
}

}  // namespace

int sys_main(int argc, char** argv, char**) {
  int status = 0;
  for (int i = 1; i < argc || i == 1; ++i) {
    const char* const name = argc == 1 ? "-" : argv[i];
    const auto copied = copy_file(name);
    if (!copied.ok()) {
      complain(name, copied.error());
      status = 1;
    }
  }
  return status;
}
