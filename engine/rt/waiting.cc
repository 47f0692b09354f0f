// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/waiting.h"

#include "syscalls/sys.h"
#include "syscalls/sys/retry.h"
#include "syscalls/sys/signal_set.h"

namespace nosc::rt {
namespace {

constexpr int kLastStandardSignal = 31;  // the real-time ones follow

// Open until the end of the process.
constinit sys::BorrowedFd interruptions = sys::BorrowedFd::from_raw(-1);

constexpr sys::Signal kEnding[] = {sys::kSIGHUP, sys::kSIGINT, sys::kSIGQUIT, sys::kSIGTERM};

// An ignored signal is dropped when it is sent, but one that is blocked as well is kept. nosc has
// no handlers: what isn't the default is that.
bool is_ignored(sys::Signal signal) {
  sys::Sigaction action{};
  return sys::rt_sigaction(signal, nullptr, &action) && action.handler != nullptr;
}

sys::Timespec duration_of(int duration_ms) {
  sys::Timespec duration{};
  duration.sec = duration_ms / 1000;
  duration.nsec = duration_ms % 1000 * 1'000'000;
  return duration;
}

}  // namespace

sys::Result<void> take_interruptions() {
  sys::Sigset set{};
  for (const sys::Signal signal : kEnding) {
    if (!is_ignored(signal)) sys::add_signal(set, signal);
  }
  auto opened = sys::signalfd4(-1, set, sys::kSFD_CLOEXEC);
  if (!opened) return opened.error();
  interruptions = sys::BorrowedFd::from_raw(opened.take().release());
  return sys::rt_sigprocmask(sys::kSIG_BLOCK, &set);
}

Waited wait_until_readable(sys::BorrowedFd fd, int timeout_ms) {
  sys::Timespec duration = duration_of(timeout_ms);
  sys::Pollfd entries[] = {{.fd = interruptions.raw(), .events = sys::kPOLLIN, .revents = {}},
                           {.fd = fd.raw(), .events = sys::kPOLLIN, .revents = {}}};
  const auto ready = sys::retry_eintr(
      [&] { return sys::portable::ppoll(entries, timeout_ms < 0 ? nullptr : &duration, nullptr); });
  if (!ready || *ready == 0) return Waited::kTimedOut;
  if (entries[0].revents.empty()) return Waited::kReady;
  sys::SignalfdSiginfo info{};
  (void)sys::read(interruptions, sys::MutableBytes(&info, sizeof info));
  return Waited::kInterrupted;
}

void sleep_ms(int duration_ms) {
  sys::Timespec duration = duration_of(duration_ms);
  (void)sys::portable::ppoll({}, &duration, nullptr);
}

sys::Result<void> reset_signals(uint32_t ignored) {
  const sys::Sigaction action{};
  for (int number = 1; number <= kLastStandardSignal; ++number) {
    const auto signal = static_cast<sys::Signal>(number);
    if ((ignored >> (number - 1) & 1) == 0) continue;
    if (signal == sys::kSIGKILL || signal == sys::kSIGSTOP) continue;
    const auto set = sys::rt_sigaction(signal, &action);
    if (!set) return set;
  }
  const sys::Sigset none{};
  return sys::rt_sigprocmask(sys::kSIG_SETMASK, &none);
}

}  // namespace nosc::rt
