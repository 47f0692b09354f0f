// SPDX-License-Identifier: Apache-2.0
#include "engine/hooks/hooks.h"
#include "engine/rt/step.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc::hooks {
namespace {

constexpr int kPollMs = 10;  // between looks at a hook, before Linux 5.3
constexpr int kExecuteStatus = 127;
constexpr auto kStdin = 0;
constexpr auto kStdout = 1;

// The state in a memory file, at its beginning.
sys::Result<sys::Fd> make_input(const HookContext& context) {
  auto file = sys::memfd_create("state", sys::kMFD_CLOEXEC);
  if (!file) return file;
  BufferWriter<512> out(file.borrow());
  state::write_state(out, *context.texts, context.pid, context.status);
  const auto written = out.flush();
  if (!written) return written.error();
  const auto rewound = sys::lseek(file.borrow(), 0, sys::kSEEK_SET);
  if (!rewound) return rewound.error();
  return file;
}

// In the hook's process. Returns what was refused.
sys::Errno execute(const HookRecord& hook, const HookContext& context, sys::BorrowedFd input) {
  (void)sys::prctl(sys::kPR_SET_PDEATHSIG, static_cast<unsigned long>(sys::kSIGKILL));
  (void)sys::dup3(input, kStdin);
  (void)sys::dup3(sys::BorrowedFd::from_raw(2), kStdout);
  (void)sys::close_range(3, ~0u, sys::kCLOSE_RANGE_CLOEXEC);
  (void)sys::rt_sigprocmask(sys::kSIG_SETMASK, &context.mask);
  return sys::execve(sys::CStr::from_terminated(hook.path), hook.argv, hook.envp).error();
}

void sleep_until_end(sys::BorrowedFd process, int duration_ms) {
  sys::Timespec duration{};
  duration.sec = duration_ms / 1000;
  duration.nsec = duration_ms % 1000 * 1'000'000;
  sys::Pollfd entry{.fd = process.raw(), .events = sys::kPOLLIN, .revents = {}};
  (void)sys::portable::ppoll({&entry, 1}, duration_ms < 0 ? nullptr : &duration, nullptr);
}

// Waits for the hook, and kills it after its time. Returns its status as a shell would.
uint16_t await(sys::Pid pid, int timeout_ms) {
  const auto process = sys::pidfd_open(pid);
  const auto pidfd = process ? process.borrow() : sys::BorrowedFd::from_raw(-1);
  bool timed_out = false;
  for (;;) {
    sys::Siginfo info{};
    const auto options = timed_out ? sys::kWEXITED : sys::kWEXITED | sys::kWNOHANG;
    const auto waited = sys::waitid(sys::kP_PID, sys::to_raw(pid), &info, options);
    if (waited && info.pid != sys::Pid{0}) {
      if (timed_out) return kTimedOut;
      return static_cast<uint16_t>(info.code == sys::kCLD_EXITED ? info.status : 128 + info.status);
    }
    if (!waited && !waited.failed_with(sys::kEINTR)) return kTimedOut;
    if (timed_out) continue;
    if (timeout_ms == 0) {
      (void)sys::kill(pid, sys::kSIGKILL);
      timed_out = true;
      continue;
    }
    const bool in_one = process.ok();
    const int part_ms = in_one || (timeout_ms >= 0 && timeout_ms < kPollMs) ? timeout_ms : kPollMs;
    sleep_until_end(pidfd, part_ms);
    if (timeout_ms > 0) timeout_ms -= part_ms;
  }
}

}  // namespace

HookFailure run_hook(const HookRecord& hook, const HookContext& context) {
  const auto input = make_input(context);
  if (!input) return {Operation::kExecute, static_cast<uint16_t>(input.error().value())};
  // The hook tells what was refused; end of file says that it runs.
  sys::FdPair told;
  const auto piped = sys::pipe2(told, sys::kO_CLOEXEC);
  if (!piped) return {Operation::kExecute, static_cast<uint16_t>(piped.error().value())};
  const auto pid = sys::portable::clone_process(sys::CloneFlags{}, sys::kSIGCHLD);
  if (!pid) return {Operation::kExecute, static_cast<uint16_t>(pid.error().value())};
  if (*pid == sys::Pid{0}) {
    const auto refusal = static_cast<uint16_t>(execute(hook, context, input.borrow()).value());
    (void)sys::write(told.second, sys::Bytes(&refusal, sizeof refusal));
    for (;;) (void)sys::exit_group(kExecuteStatus);
  }
  told.second.reset();
  uint16_t refusal = 0;
  const auto count = sys::read(told.first, sys::MutableBytes(&refusal, sizeof refusal));
  const uint16_t status = await(*pid, hook.timeout_ms);
  if (count && *count == sizeof refusal) return {Operation::kExecute, refusal};
  return {status == 0 ? Operation::kNone : Operation::kAwait, status};
}

Failure run_hooks(std::span<const HookRecord> hooks, Step step, const HookContext& context) {
  uint32_t index = 0;
  for (const HookRecord& hook : hooks) {
    const HookFailure failure = run_hook(hook, context);
    if (failure.failed()) return {step, failure.operation, failure.error, index};
    ++index;
  }
  return {};
}

void apply_hooks(std::span<const HookRecord> hooks, Step step, const HookContext& context) {
  const Failure failure = run_hooks(hooks, step, context);
  if (!failure.failed()) return;
  begin_step(failure.step, failure.index);
  fail_step(failure.operation, sys::Errno(failure.error));
}

}  // namespace nosc::hooks
