// SPDX-License-Identifier: Apache-2.0
//
// The last stage between nosc and the container's program: see process.h.
//
// It runs inside the finished container with the program's ids and capabilities, so nothing that it
// is given can be worth an attack; anybody in the container may run it, with any arguments.

#include "engine/process/stub/await_start.h"
#include "engine/process/stub/control.h"
#include "engine/process/stub/filter.h"
#include "engine/rt/failure.h"
#include "syscalls/files.h"
#include "syscalls/freestanding/start.h"
#include "syscalls/portable.h"
#include "syscalls/processes.h"

namespace {

using nosc::process::Control;

// Loads the filter, if there is one. What a profile asks about goes to the process that nosc lets
// know of the descriptor: it takes a copy, and lets this one go on.
nosc::Failure load(char* letters, const Control& control, sys::BorrowedFd parent) {
  nosc::Failure failure{};
  if (control.filter_count == 0) return failure;
  const auto loaded =
      nosc::process::load_filter(letters, control.filter_count, control.filter_flags);
  if (!loaded) {
    failure.step = nosc::Step::kSeccomp;
    failure.operation = nosc::Operation::kSet;
    failure.error = static_cast<uint16_t>(loaded.error().value());
  } else if (*loaded != 0) {
    failure.error = nosc::kListenerEvent;
    failure.index = static_cast<uint32_t>(*loaded);
    (void)sys::write(parent, sys::Bytes(&failure, sizeof failure));
    char go[1];
    (void)sys::read(parent, go);
  }
  return failure;
}

// Tries the candidates in order, as execvp(3) does. Returns only when none can be executed.
sys::Errno execute(char** candidates, const Control& control, char** envp) {
  char** argv = candidates + control.candidate_count;
  sys::Errno error = sys::kENOENT;
  for (char** candidate = candidates; candidate != argv; ++candidate) {
    const sys::Errno refusal =
        sys::execve(sys::CStr::from_terminated(*candidate), argv, envp).error();
    if (refusal == sys::kENOENT || refusal == sys::kENOTDIR) continue;
    error = refusal;
    if (refusal != sys::kEACCES) break;
  }
  return error;
}

// Writes the label that the program is to run with; it takes effect at the next execve.
nosc::Failure write_label(sys::BorrowedFd attributes, const char* label) {
  nosc::Failure failure{.step = nosc::Step::kLabel, .operation = nosc::Operation::kOpen};
  auto opened = sys::openat(attributes, "exec", sys::kO_WRONLY | sys::kO_CLOEXEC);
  if (!opened) {
    failure.error = static_cast<uint16_t>(opened.error().value());
    return failure;
  }
  failure.operation = nosc::Operation::kWrite;
  const sys::Fd file = opened.take();
  size_t size = 0;
  while (label[size] != '\0') ++size;
  const auto written = sys::write(file, sys::Bytes(label, size));
  if (written) return {};
  failure.error = static_cast<uint16_t>(written.error().value());
  return failure;
}

}  // namespace

extern "C" int sys_main(int argc, char** argv, char** envp) {
  Control control;
  if (argc < 1 || !nosc::process::read_control(argv[0], control)) return 1;
  const bool has_filter = control.filter_count != 0;
  const bool has_label = control.attributes_fd != nosc::process::kNone;
  if (static_cast<unsigned>(argc) < 2 + has_filter + has_label + control.candidate_count) return 1;
  if (control.directory_fd != nosc::process::kNone) {
    const sys::Fd directory = sys::Fd::adopt(static_cast<int>(control.directory_fd));
    if (!sys::fchdir(directory)) return 1;
  }
  auto failure_fd = sys::BorrowedFd::from_raw(static_cast<int>(control.failure_fd));
  if (control.start_fd != nosc::process::kNone) {
    const sys::Fd socket = sys::Fd::adopt(static_cast<int>(control.start_fd));
    failure_fd = sys::BorrowedFd::from_raw(nosc::process::await_start(socket).release());
  } else if (!sys::portable::fcntl(failure_fd, sys::kF_SETFD, sys::kFD_CLOEXEC)) {
    return 1;
  }
  char** next = argv + 1 + has_filter;
  nosc::Failure failure;
  if (has_label) {
    const sys::Fd attributes = sys::Fd::adopt(static_cast<int>(control.attributes_fd));
    failure = write_label(attributes, *next++);
  }
  if (!failure.failed()) failure = load(argv[1], control, failure_fd);
  if (!failure.failed()) {
    failure = {.step = nosc::Step::kExec,
               .operation = nosc::Operation::kExecute,
               .error = static_cast<uint16_t>(execute(next, control, envp).value())};
  }
  (void)sys::write(failure_fd, sys::Bytes(&failure, sizeof failure));
  return 1;
}
