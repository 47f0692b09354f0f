// SPDX-License-Identifier: Apache-2.0
//
// The last stage between nosc and the container's program: see process.h.
//
// It runs inside the finished container with the program's ids and capabilities, so nothing that it
// is given can be worth an attack; anybody in the container may run it, with any arguments.

#include "engine/process/stub/await_start.h"
#include "engine/process/stub/control.h"
#include "engine/process/stub/filter.h"
#include "engine/process/stub/in_place.h"
#include "engine/rt/failure.h"
#include "syscalls/files.h"
#include "syscalls/freestanding/start.h"
#include "syscalls/memory.h"
#include "syscalls/portable.h"
#include "syscalls/processes.h"
#include "syscalls/security.h"

namespace {

using nosc::Failure;
using nosc::Operation;
using nosc::Step;
using nosc::process::Control;
using nosc::process::InPlace;

bool tell(sys::BorrowedFd channel, const Failure& failure) {
  return sys::write(channel, sys::Bytes(&failure, sizeof failure)).ok();
}

[[noreturn]] void fail(sys::BorrowedFd channel, Step step, Operation operation, sys::Errno error) {
  (void)tell(channel, {.step = step,
                       .operation = operation,
                       .error = static_cast<uint16_t>(error.value()),
                       .index = 0});
  for (;;) (void)sys::exit_group(1);
}

// Loads a filter. What a profile asks about goes to the process that nosc lets know of the
// descriptor: it takes a copy, and lets this one go on.
void load(const sys::SockFprog& filter, sys::SeccompFlags flags, sys::BorrowedFd channel) {
  const auto loaded = sys::seccomp(sys::kSECCOMP_SET_MODE_FILTER, flags, &filter);
  if (!loaded) fail(channel, Step::kSeccomp, Operation::kSet, loaded.error());
  if (*loaded == 0) return;
  (void)tell(channel, {.error = nosc::kListenerEvent, .index = static_cast<uint32_t>(*loaded)});
  char go[1];
  (void)sys::read(channel, go);
}

// Writes the label that the program is to run with; it takes effect at the next execve.
void write_label(sys::BorrowedFd attributes, const char* label, sys::BorrowedFd channel) {
  auto opened = sys::openat(attributes, "exec", sys::kO_WRONLY | sys::kO_CLOEXEC);
  if (!opened) fail(channel, Step::kLabel, Operation::kOpen, opened.error());
  const sys::Fd file = opened.take();
  size_t size = 0;
  while (label[size] != '\0') ++size;
  const auto written = sys::write(file, sys::Bytes(label, size));
  if (!written) fail(channel, Step::kLabel, Operation::kWrite, written.error());
}

// Tries the candidates in order, as execvp(3) does.
[[noreturn]] void execute(char** candidates, uint32_t count, char** envp, sys::BorrowedFd channel) {
  char** argv = candidates + count;
  sys::Errno error = sys::kENOENT;
  for (char** candidate = candidates; candidate != argv; ++candidate) {
    const sys::Errno refusal =
        sys::execve(sys::CStr::from_terminated(*candidate), argv, envp).error();
    if (refusal == sys::kENOENT || refusal == sys::kENOTDIR) continue;
    error = refusal;
    if (refusal != sys::kEACCES) break;
  }
  fail(channel, Step::kExec, Operation::kExecute, error);
}

void set_capabilities(const InPlace& stage) {
  const auto check = [&](sys::Result<int> result) {
    if (!result) fail(stage.failure, Step::kCapabilities, Operation::kSet, result.error());
  };
  sys::CapUserHeader header{.version = sys::k_LINUX_CAPABILITY_VERSION_3, .pid = {}};
  const auto set = sys::capset(header, stage.capabilities);
  if (!set) fail(stage.failure, Step::kCapabilities, Operation::kSet, set.error());
  if (!stage.sets_ambient) return;
  check(sys::prctl(sys::kPR_CAP_AMBIENT, sys::kPR_CAP_AMBIENT_CLEAR_ALL));
  for (uint32_t number = 0; number != 64; ++number) {
    if ((stage.ambient >> number & 1) == 0) continue;
    check(sys::prctl(sys::kPR_CAP_AMBIENT, sys::kPR_CAP_AMBIENT_RAISE, number));
  }
}

void leave_file(const InPlace& stage) {
  (void)sys::munmap(stage.image, stage.image_bytes);
  const auto set = nosc::process::set_program(stage.program, stage.image);
  if (!set) fail(stage.failure, Step::kStub, Operation::kSet, set.error());
}

// Goes on in a new process. The caller has joined its pid namespace, but isn't in it itself: what
// the container gets to see of `exec` begins here.
void fork(const InPlace& stage) {
  const sys::BorrowedFd channel = stage.failure;
  const auto pid = sys::portable::clone_process(sys::kCLONE_PARENT, sys::kSIGCHLD);
  if (!pid) fail(channel, Step::kClone, Operation::kFork, pid.error());
  if (*pid != sys::Pid{0}) {
    // A process that nobody knows of is not left behind.
    if (!tell(channel, {.error = nosc::kForkedEvent, .index = static_cast<uint32_t>(*pid)})) {
      (void)sys::kill(*pid, sys::kSIGKILL);
    }
    for (;;) (void)sys::exit_group(0);
  }
  const auto session = sys::setsid();
  if (!session) fail(channel, Step::kSession, Operation::kSet, session.error());
  if (!stage.takes_terminal) return;
  const auto taken = sys::ioctl(sys::BorrowedFd::from_raw(0), sys::kTIOCSCTTY);
  if (!taken) fail(channel, Step::kTerminal, Operation::kSet, taken.error());
}

// A new process is born with what the program may do, and no more: who may trace it in the
// container gains nothing by it. A filter that takes more to be loaded isn't there before the fork.
void enter(const InPlace& stage) {
  const sys::BorrowedFd channel = stage.failure;
  const bool filters_first = stage.filter.len != 0 && stage.filters_first;
  leave_file(stage);
  if (stage.label != nullptr) write_label(stage.attributes, stage.label, channel);
  if (!filters_first) set_capabilities(stage);
  if (stage.forks) fork(stage);
  if (stage.filter.len != 0) load(stage.filter, stage.filter_flags, channel);
  if (filters_first) set_capabilities(stage);
  execute(stage.candidates, stage.candidate_count, stage.envp, channel);
}

[[gnu::used, gnu::retain,
  gnu::section(".note.nosc")]] constexpr nosc::process::InPlaceNote kNote = {
    .name_bytes = sizeof "nosc",
    .description_bytes = sizeof(void*),
    .type = 1,
    .name = "nosc",
    .entrance = enter,
};

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
  auto channel = sys::BorrowedFd::from_raw(static_cast<int>(control.failure_fd));
  if (control.start_fd != nosc::process::kNone) {
    const sys::Fd socket = sys::Fd::adopt(static_cast<int>(control.start_fd));
    channel = sys::BorrowedFd::from_raw(nosc::process::await_start(socket).release());
  } else if (!sys::portable::fcntl(channel, sys::kF_SETFD, sys::kFD_CLOEXEC)) {
    return 1;
  }
  char** next = argv + 1 + has_filter;
  if (has_label) {
    const sys::Fd attributes = sys::Fd::adopt(static_cast<int>(control.attributes_fd));
    write_label(attributes, *next++, channel);
  }
  if (has_filter) {
    load(nosc::process::read_filter(argv[1], control.filter_count),
         sys::SeccompFlags::from_bits(control.filter_flags), channel);
  }
  execute(next, control.candidate_count, envp, channel);
}
