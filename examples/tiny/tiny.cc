// SPDX-License-Identifier: Apache-2.0
//
//   tiny CGROUP HOSTNAME PROGRAM [ARGUMENT...]
//
// A container engine in one file: the program runs in the given cgroup (version 2) and in mount,
// pid, net, ipc and uts namespaces of its own, and its exit status becomes tiny's.

#include "syscalls/freestanding/start.h"
#include "syscalls/sys.h"

namespace {

// As shells and other engines say it.
constexpr int kUsage = 2;
constexpr int kFailed = 125;
constexpr int kNotExecuted = 127;
constexpr int kSignalled = 128;

size_t length_of(const char* text) { return __builtin_strlen(text); }

// One line: what failed, and the error's number; sys::errno_name would cost the size of the rest.
[[noreturn]] void fail(const char* what, sys::Errno error, int status) {
  char digits[12];
  size_t start = sizeof(digits);
  digits[--start] = '\n';
  auto number = static_cast<unsigned>(error.value());
  do {
    digits[--start] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  const sys::Iovec line[] = {{"tiny: ", 6},
                             {what, length_of(what)},
                             {": errno ", 8},
                             {digits + start, sizeof(digits) - start}};
  (void)sys::writev(sys::BorrowedFd::from_raw(2), line);
  sys::exit_group(status);
}

[[noreturn]] void run_program(char** argv, char** envp) {
  // Or mounts made inside would spread to the host.
  const auto made_private = sys::mount(nullptr, "/", nullptr, sys::kMS_REC | sys::kMS_PRIVATE);
  if (!made_private.ok()) {
    fail("mount", made_private.error(), kFailed);
  }
  const auto named = sys::sethostname(sys::Bytes(argv[2], length_of(argv[2])));
  if (!named.ok()) {
    fail("sethostname", named.error(), kFailed);
  }
  const auto executed = sys::execve(sys::CStr::from_terminated(argv[3]), argv + 3, envp);
  fail(argv[3], executed.error(), kNotExecuted);
}

}  // namespace

int sys_main(int argc, char** argv, char** envp) {
  if (argc < 4) {
    (void)sys::write(sys::BorrowedFd::from_raw(2),
                     sys::text("usage: tiny CGROUP HOSTNAME PROGRAM [ARGUMENT...]\n"));
    return kUsage;
  }
  const auto cgroup = sys::openat(sys::kCwd, sys::CStr::from_terminated(argv[1]),
                                  sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC);
  if (!cgroup.ok()) {
    fail(argv[1], cgroup.error(), kFailed);
  }
  sys::CloneArgs arguments = {};
  arguments.flags = sys::kCLONE_INTO_CGROUP | sys::kCLONE_NEWNS | sys::kCLONE_NEWPID |
                    sys::kCLONE_NEWNET | sys::kCLONE_NEWIPC | sys::kCLONE_NEWUTS;
  arguments.exit_signal = static_cast<uint64_t>(sys::kSIGCHLD);
  arguments.cgroup = static_cast<uint64_t>(cgroup.borrow().raw());
  const auto child = sys::clone3(arguments);
  if (!child.ok()) {
    fail("clone3", child.error(), kFailed);
  }
  if (*child == sys::Pid{0}) {
    run_program(argv, envp);
  }
  int status = 0;
  const auto waited = sys::wait4(*child, &status);
  if (!waited.ok()) {
    fail("wait4", waited.error(), kFailed);
  }
  const int signal = status & 0x7f;
  return signal == 0 ? status >> 8 & 0xff : kSignalled + signal;
}
