// SPDX-License-Identifier: Apache-2.0
//
// The code of docs/syscalls-without-libc.md, compiled as users would; guide_test compares the two.
// See descriptors.cc for how to read the line that is refused.
#include <stddef.h>

#include "syscalls/errno_messages.h"
#include "syscalls/files.h"
#include "syscalls/freestanding/start.h"
#include "syscalls/sys/names.h"
#include "syscalls/sys/network.h"
#include "syscalls/sys/retry.h"
#include "syscalls/sys/signal_set.h"
#include "syscalls/sys/vdso.h"
#include "syscalls/sys/vdso_random.h"
#include "syscalls/time.h"

int sys_main(int, char**, char**) {
  const auto written = sys::write(sys::BorrowedFd::from_raw(1), sys::text("hello\n"));
  return written.ok() ? 0 : 1;
}

namespace {

char buffer[512];

void wait_for(sys::BorrowedFd) {}
void use(sys::Bytes, size_t) {}

[[maybe_unused]] sys::Result<void> results(sys::BorrowedFd fd) {
  const auto got = sys::read(fd, buffer);
  if (got.failed_with(sys::kEAGAIN)) wait_for(fd);
  if (!got.ok()) return got.error();
  use(buffer, *got);
  return sys::fsync(fd);
}

[[maybe_unused]] const char* message(sys::Errno error) { return sys::errno_message(error); }

[[maybe_unused]] sys::Result<void> descriptors() {
  auto file = sys::openat(sys::kCwd, "/etc/passwd", sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (!file.ok()) return file.error();
  const sys::Fd passwd = file.take();
  return sys::fsync(passwd);
}

[[maybe_unused]] void flags_of_some_calls(sys::BorrowedFd fd, bool close_later) {
  const sys::DupFlags flags = close_later ? sys::kO_CLOEXEC : sys::DupFlags{};
  (void)sys::dup3(fd, 9, flags);
  (void)sys::dup3(fd, 9, sys::kO_NONBLOCK);  // refused-error {{no viable conversion}}
}

[[maybe_unused]] void signals_and_addresses(sys::BorrowedFd socket) {
  const sys::Sigset waited = sys::signals_of(sys::kSIGTERM, sys::kSIGCHLD);
  (void)sys::rt_sigprocmask(sys::kSIG_BLOCK, &waited);
  const sys::SockaddrIn address = sys::ipv4_address({127, 0, 0, 1}, 8080);
  (void)sys::bind(socket, sys::bytes_of(address));
}

[[maybe_unused]] size_t interrupted(sys::BorrowedFd fd) {
  const auto got = sys::retry_eintr([&] { return sys::read(fd, buffer); });
  return got.ok() ? *got : 0;
}

[[maybe_unused]] void time_and_random_bytes(char** envp) {
  char key[32];
  const sys::Vdso vdso = sys::Vdso::find(envp);
  sys::Timespec now;
  (void)vdso.clock_gettime(sys::kCLOCK_MONOTONIC, now);
  const sys::VdsoRandom random = sys::VdsoRandom::make(vdso);
  (void)random.getrandom(key);
}

using Names = sys::NameTable<sys::AbiId::kX86_64, sys::AbiId::kI386, sys::AbiId::kX32>;
static_assert(Names::number(sys::AbiId::kI386, "openat") == 295);

}  // namespace
