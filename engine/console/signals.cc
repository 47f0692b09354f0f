// SPDX-License-Identifier: Apache-2.0
#include "engine/console/signals.h"

#include "engine/rt/error.h"
#include "engine/rt/step.h"
#include "engine/rt/waiting.h"
#include "syscalls/sys/signal_set.h"

namespace nosc::console {
namespace {

// What stays as it is: errors of nosc itself, and job control. A stop of nosc is the shell's way to
// take its terminal back; the container's processes are in another session and aren't stopped.
constexpr sys::Signal kUntouched[] = {
    sys::kSIGILL, sys::kSIGTRAP, sys::kSIGABRT, sys::kSIGBUS,  sys::kSIGFPE,  sys::kSIGSEGV,
    sys::kSIGSYS, sys::kSIGTSTP, sys::kSIGTTIN, sys::kSIGTTOU, sys::kSIGCONT,
};

}  // namespace

sys::Sigset held_signals() {
  sys::Sigset set = sys::all_signals();
  for (const sys::Signal signal : kUntouched) sys::remove_signal(set, signal);
  return set;
}

void hold_signals() {
  const sys::Sigset set = held_signals();
  or_fail(sys::rt_sigprocmask(sys::kSIG_BLOCK, &set), "block", "signals");
  // A caller that ignores the ends of its children has had them ignored here: there would be
  // nothing to wait for.
  const sys::Sigaction action{};
  or_fail(sys::rt_sigaction(sys::kSIGCHLD, &action), "handle", "signals");
}

void apply_default_signals(uint32_t ignored) {
  begin_step(Step::kExec);
  or_fail(rt::reset_signals(ignored), Operation::kSet);
}

int exit_status_of(const sys::Siginfo& info) {
  return info.code == sys::kCLD_EXITED ? info.status : 128 + info.status;
}

}  // namespace nosc::console
