// SPDX-License-Identifier: Apache-2.0
//
// Signals: their numbers, sets, actions and reports.

#include "syscalls/sys/signal_set.h"
#include "tests/arch/probes/support.h"

// Found where sys has no flag of that name, which is where Sigaction has no restorer.
namespace fallback {
// NOLINTNEXTLINE(readability-identifier-naming): the kernel's name, as in sys
[[maybe_unused]] constexpr sys::SaFlags kSA_RESTORER;
}  // namespace fallback
namespace sys {
using namespace fallback;
}

namespace {

sys::Sigset blocked(sys::Signal signal) {
  const sys::Sigset set = sys::signals_of(signal);
  CHECK_OK(sys::rt_sigprocmask(sys::kSIG_BLOCK, &set));
  return set;
}

void send_to_itself(sys::Signal signal) {
  const sys::Pid self = sys::getpid();
  CHECK_OK(sys::tgkill(self, self, signal));
}

// It never returns, so nothing has to restore the registers.
[[noreturn]] void exit_with_signal(int signal) { sys::exit_group(signal); }

// The field is narrower than the flags' own type on mips64el.
[[maybe_unused]] void add_flags(sys::SaFlags& flags, sys::SaFlags more) { flags |= more; }
[[maybe_unused]] void add_flags(uint32_t& flags, sys::SaFlags more) {
  flags |= static_cast<uint32_t>(more.bits());
}

// Some ABIs want the code that returns from a handler.
template <typename Action>
void set_restorer(Action& action) {
  if constexpr (requires { action.restorer; }) {
    add_flags(action.flags, sys::kSA_RESTORER);
    action.restorer = action.handler;
  }
}

sys::Sigaction action_of(void (*handler)(int)) {
  sys::Sigaction action = {};
  action.handler = reinterpret_cast<void*>(handler);
  set_restorer(action);
  return action;
}

constexpr uintptr_t kUntouched = 0x5aa5;

// What the kernel tells, with a look at whether it tells more than the struct holds. qemu-user up
// to 7.2 does so on riscv64 and loongarch64, where it believes in a restorer.
template <typename Action = sys::Sigaction>
Action action_now(sys::Signal signal) {
  struct {
    Action action;
    uintptr_t guard = kUntouched;
  } told;
  CHECK_OK(sys::rt_sigaction(signal, nullptr, &told.action));
  if constexpr (!requires(Action action) { action.restorer; }) {
    if (told.guard != kUntouched) {
      check::skip("the emulator's actions are larger than the kernel's");
    }
  }
  CHECK_EQUAL(told.guard, kUntouched);
  return told.action;
}

}  // namespace

TEST_CASE(handler_runs_with_the_signal) {
  const sys::Sigaction action = action_of(exit_with_signal);
  CHECK_OK(sys::rt_sigaction(sys::kSIGUSR1, &action));
  const sys::Pid pid = probe::start_child([] {
    send_to_itself(sys::kSIGUSR1);
    return 0;
  });
  CHECK_EQUAL(probe::wait_for(pid), static_cast<int>(sys::kSIGUSR1) << 8);
}

TEST_CASE(handler_returns_to_what_it_interrupted) {
  static volatile int count = 0;
  static volatile int last = 0;
  sys::Sigaction action = {};
  sys::portable::set_handler(action, [](int signal) {
    count = count + 1;
    last = signal;
  });
  CHECK_OK(sys::rt_sigaction(sys::kSIGUSR1, &action));
  CHECK_OK(sys::rt_sigaction(sys::kSIGUSR2, &action));
  send_to_itself(sys::kSIGUSR1);
  CHECK_EQUAL(count, 1);
  CHECK_EQUAL(last, sys::kSIGUSR1);
  // The mask is restored as well: a second one arrives.
  send_to_itself(sys::kSIGUSR1);
  send_to_itself(sys::kSIGUSR2);
  CHECK_EQUAL(count, 3);
  CHECK_EQUAL(last, sys::kSIGUSR2);
  sys::Sigset now = {};
  CHECK_OK(sys::rt_sigprocmask(sys::kSIG_BLOCK, nullptr, &now));
  CHECK(!sys::has_signal(now, sys::kSIGUSR1) && !sys::has_signal(now, sys::kSIGUSR2));
}

TEST_CASE(action_is_read_back) {
  sys::Sigaction action = action_of(exit_with_signal);
  add_flags(action.flags, sys::kSA_RESTART | sys::kSA_NODEFER);
  sys::add_signal(action.mask, sys::kSIGTERM);
  sys::add_signal(action.mask, sys::kSIGCHLD);
  CHECK_OK(sys::rt_sigaction(sys::kSIGUSR2, &action));
  const sys::Sigaction former = action_now(sys::kSIGUSR2);
  CHECK_EQUAL(reinterpret_cast<uintptr_t>(former.handler),
              reinterpret_cast<uintptr_t>(action.handler));
  CHECK(former.flags == action.flags);
  CHECK(sys::has_signal(former.mask, sys::kSIGTERM) && sys::has_signal(former.mask, sys::kSIGCHLD));
  CHECK(!sys::has_signal(former.mask, sys::kSIGUSR1));
}

TEST_CASE(untouched_signal_has_the_default_action) {
  const sys::Sigaction former = action_now(sys::kSIGWINCH);
  CHECK(former.handler == nullptr);
  CHECK(!sys::has_signal(former.mask, sys::kSIGWINCH));
}

TEST_CASE(kill_and_stop_take_no_handler) {
  const sys::Sigaction action = action_of(exit_with_signal);
  CHECK_ERROR(sys::kEINVAL, sys::rt_sigaction(sys::kSIGKILL, &action));
  CHECK_ERROR(sys::kEINVAL, sys::rt_sigaction(sys::kSIGSTOP, &action));
}

TEST_CASE(blocked_signals_are_told_and_wait) {
  (void)blocked(sys::kSIGUSR1);
  sys::Sigset now = {};
  CHECK_OK(sys::rt_sigprocmask(sys::kSIG_BLOCK, nullptr, &now));
  CHECK(sys::has_signal(now, sys::kSIGUSR1) && !sys::has_signal(now, sys::kSIGUSR2));
  send_to_itself(sys::kSIGUSR1);
  sys::Sigset pending = {};
  CHECK_OK(sys::rt_sigpending(pending));
  CHECK(sys::has_signal(pending, sys::kSIGUSR1) && !sys::has_signal(pending, sys::kSIGUSR2));
}

TEST_CASE(waiting_signal_is_taken_with_its_sender) {
  const sys::Sigset set = blocked(sys::kSIGUSR1);
  const sys::Pid self = sys::getpid();
  CHECK_OK(sys::kill(self, sys::kSIGUSR1));
  sys::Siginfo info = {};
  const sys::Timespec timeout = {10, 0};
  CHECK_EQUAL(CHECK_VALUE(sys::portable::rt_sigtimedwait(set, &info, &timeout)), sys::kSIGUSR1);
  CHECK_EQUAL(info.signo, sys::kSIGUSR1);
  CHECK_EQUAL(to_raw(info.pid), to_raw(self));
  CHECK_EQUAL(to_raw(info.uid), to_raw(sys::portable::geteuid()));
  const sys::Timespec moment = {0, 1000};
  CHECK_ERROR(sys::kEAGAIN, sys::portable::rt_sigtimedwait(set, nullptr, &moment));
}

TEST_CASE(signalfd_reads_a_signal) {
  const sys::Sigset set = blocked(sys::kSIGUSR2);
  const sys::Fd signals =
      CHECK_VALUE(sys::signalfd4(-1, set, sys::kSFD_CLOEXEC | sys::kSFD_NONBLOCK));
  sys::SignalfdSiginfo info = {};
  const sys::MutableBytes buffer(&info, sizeof(info));
  CHECK_ERROR(sys::kEAGAIN, sys::read(signals, buffer));
  const sys::Pid self = sys::getpid();
  CHECK_OK(sys::kill(self, sys::kSIGUSR2));
  CHECK_EQUAL(CHECK_VALUE(sys::read(signals, buffer)), sizeof(info));
  CHECK_EQUAL(info.signo, sys::kSIGUSR2);
  CHECK_EQUAL(info.pid, to_raw(self));
}

TEST_CASE(signalfd_reports_a_child) {
  const sys::Sigset set = blocked(sys::kSIGCHLD);
  const sys::Fd signals = CHECK_VALUE(sys::signalfd4(-1, set, sys::kSFD_CLOEXEC));
  const sys::Pid pid = probe::start_child([] { return 42; });
  sys::SignalfdSiginfo info = {};
  CHECK_EQUAL(CHECK_VALUE(sys::read(signals, sys::MutableBytes(&info, sizeof(info)))),
              sizeof(info));
  CHECK_EQUAL(info.signo, sys::kSIGCHLD);
  CHECK_EQUAL(info.pid, to_raw(pid));
  CHECK_EQUAL(info.status, 42);
  CHECK_EQUAL(info.code, sys::kCLD_EXITED);
}
