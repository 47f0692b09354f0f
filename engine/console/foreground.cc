// SPDX-License-Identifier: Apache-2.0
#include "engine/console/console.h"
#include "engine/console/raw_terminal.h"
#include "engine/console/relay.h"
#include "engine/console/signals.h"
#include "engine/rt/error.h"
#include "syscalls/sys.h"

namespace nosc::console {
namespace {

constexpr sys::BorrowedFd kStdin = sys::BorrowedFd::from_raw(0);
constexpr int kRunning = -1;  // in place of an exit status
constexpr sys::BorrowedFd kStdout = sys::BorrowedFd::from_raw(1);

// What isn't waited for is left out: a hang-up would be reported again and again.
sys::Pollfd poll_entry(sys::BorrowedFd fd, sys::PollEvents events, bool is_waited_for) {
  return {.fd = is_waited_for ? fd.raw() : -1, .events = events, .revents = {}};
}

// The wait for one container: signals always, and the copying where there is a terminal.
class Foreground {
 public:
  Foreground(sys::Pid init, sys::BorrowedFd pidfd, sys::BorrowedFd signals, sys::BorrowedFd master)
      : init_(init),
        pidfd_(pidfd),
        signals_(signals),
        master_(master),
        input_(kStdin, master),
        output_(master, kStdout) {}

  // Waits for something to happen and deals with it. Returns the exit status, or kRunning. With a
  // terminal there is more to wait for than signals.
  int turn();
  int await_signal(const sys::Sigset& set);

  // Copies what the container has written and nobody has read yet.
  void finish() {
    if (has_terminal()) output_.drain();
  }

 private:
  bool has_terminal() const { return master_.raw() >= 0; }
  int take_signal(sys::Signal signal);
  int read_signal();
  int reap();
  void pass_on_size();

  sys::Pid init_;
  sys::BorrowedFd pidfd_;
  sys::BorrowedFd signals_;
  sys::BorrowedFd master_;
  Channel input_;
  Channel output_;
};

int Foreground::reap() {
  sys::Siginfo info{};
  or_fail(sys::waitid(sys::kP_PID, sys::to_raw(init_), &info, sys::kWEXITED | sys::kWNOHANG),
          "wait for", "container");
  if (info.pid == sys::Pid{0}) return kRunning;
  return exit_status_of(info);
}

void Foreground::pass_on_size() {
  sys::Winsize size{};
  if (sys::ioctl(kStdin, sys::kTIOCGWINSZ, &size)) {
    (void)sys::ioctl(master_, sys::kTIOCSWINSZ, &size);
  }
}

int Foreground::take_signal(sys::Signal signal) {
  if (signal == sys::kSIGCHLD) return reap();
  if (signal == sys::kSIGWINCH && has_terminal()) {
    pass_on_size();
  } else if (signal != sys::kSIGPIPE) {
    // The process may have ended already; that it has is the next signal to come.
    (void)(pidfd_.raw() < 0 ? sys::kill(init_, signal) : sys::pidfd_send_signal(pidfd_, signal));
  }
  return kRunning;
}

int Foreground::await_signal(const sys::Sigset& set) {
  const auto signal = sys::portable::rt_sigtimedwait(set, nullptr, nullptr);
  if (signal.failed_with(sys::kEINTR)) return kRunning;
  return take_signal(static_cast<sys::Signal>(or_fail(signal, "wait for", "container")));
}

int Foreground::read_signal() {
  sys::SignalfdSiginfo info{};
  or_fail(sys::read(signals_, sys::MutableBytes(&info, sizeof info)), "read", "signals");
  return take_signal(static_cast<sys::Signal>(info.signo));
}

int Foreground::turn() {
  enum { kSignals, kInput, kMaster, kOutput };
  const bool terminal = has_terminal();
  sys::PollEvents of_master{};
  if (input_.waits_for_sink()) of_master |= sys::kPOLLOUT;
  if (output_.waits_for_source()) of_master |= sys::kPOLLIN;
  sys::Pollfd fds[] = {
      poll_entry(signals_, sys::kPOLLIN, true),
      poll_entry(kStdin, sys::kPOLLIN, terminal && input_.waits_for_source()),
      poll_entry(master_, of_master, terminal && !of_master.empty()),
      poll_entry(kStdout, sys::kPOLLOUT, terminal && output_.waits_for_sink()),
  };
  const auto ready = sys::portable::ppoll(fds, nullptr, nullptr);
  if (ready.failed_with(sys::kEINTR)) return kRunning;
  or_fail(ready, "wait for", "container");
  // The master doesn't block: which of the two channels it is ready for shows by trying.
  const bool master = !fds[kMaster].revents.empty();
  if (input_.waits_for_source() ? !fds[kInput].revents.empty() : master) input_.step();
  if (output_.waits_for_sink() ? !fds[kOutput].revents.empty() : master) output_.step();
  return fds[kSignals].revents.empty() ? kRunning : read_signal();
}

void unblock_master(sys::BorrowedFd master) {
  const int flags =
      or_fail(sys::portable::fcntl(master, sys::kF_GETFL), "read flags of", "terminal");
  or_fail(sys::portable::fcntl(master, sys::kF_SETFL,
                               flags | static_cast<int>(sys::kO_NONBLOCK.bits())),
          "set flags of", "terminal");
}

}  // namespace

void copy_rest(sys::BorrowedFd master) {
  unblock_master(master);
  Channel(master, kStdout).drain();
}

int wait_foreground(sys::Pid init, sys::BorrowedFd pidfd, sys::BorrowedFd master) {
  const sys::Sigset set = held_signals();
  int status = kRunning;
  if (master.raw() < 0) {
    Foreground foreground(init, pidfd, master, master);
    while (status == kRunning) status = foreground.await_signal(set);
    return status;
  }
  const sys::Fd signals = or_fail(sys::signalfd4(-1, set, sys::kSFD_CLOEXEC), "open", "signalfd");
  RawTerminal raw;
  unblock_master(master);
  TerminalSize ignored;
  if (is_terminal(kStdin, ignored)) raw.enter(kStdin);
  Foreground foreground(init, pidfd, signals, master);
  while (status == kRunning) status = foreground.turn();
  foreground.finish();
  return status;
}

}  // namespace nosc::console
