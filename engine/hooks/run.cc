// SPDX-License-Identifier: Apache-2.0
#include "engine/hooks/hooks.h"
#include "engine/rt/error.h"
#include "engine/rt/files.h"
#include "engine/rt/step.h"
#include "engine/rt/waiting.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"
#include "syscalls/sys/retry.h"

namespace nosc::hooks {
namespace {

constexpr int kPollMs = 10;  // between looks at a hook, before Linux 5.3
constexpr int kExecuteStatus = 127;
constexpr auto kStdin = 0;
constexpr auto kStdout = 1;
constexpr auto kStderr = 2;

// Two files that every hook of this process writes to, and those of its children. Open until its
// end.
struct Output {
  sys::BorrowedFd out = sys::BorrowedFd::from_raw(-1);
  sys::BorrowedFd error = sys::BorrowedFd::from_raw(-1);
};
constinit Output output;
constinit bool is_prepared = false;
constinit char** own_environment = nullptr;

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

// Hooks outside find the bundle as their working directory, as with other runtimes, if it is still
// there; those that are told "created", startContainer's, the container's root.
void enter_bundle(const HookContext& context) {
  BufferWriter<4096> path;
  path.text((*context.texts)[state::Text::kBundle]).character('\0');
  if (context.status == state::Status::kCreated || path.truncated()) return;
  (void)sys::chdir(sys::CStr::from_terminated(path.view().data()));
}

// In the hook's process. Returns what was refused.
sys::Errno execute(const HookRecord& hook, const HookContext& context, sys::BorrowedFd input) {
  (void)sys::prctl(sys::kPR_SET_PDEATHSIG, static_cast<unsigned long>(sys::kSIGKILL));
  (void)sys::setsid();
  const auto [out, error] = output;
  const auto own_out = out.raw() < 0 ? sys::BorrowedFd::from_raw(kStderr) : out;
  if (const auto set = sys::dup3(input, kStdin); !set) return set.error();
  if (const auto set = sys::dup3(own_out, kStdout); !set) return set.error();
  if (error.raw() >= 0) (void)sys::dup3(error, kStderr);
  (void)close_on_exec_from(3);
  (void)rt::reset_signals();
  enter_bundle(context);
  // Where the set-up has none; what a hook makes is not meant for everybody to change.
  const sys::Mode umask = sys::umask(sys::Mode::from_bits(022));
  if (umask != sys::Mode{}) (void)sys::umask(umask);
  char** envp = context.envp == nullptr ? own_environment : context.envp;
  if (hook.envp != nullptr) envp = hook.envp;
  return sys::execve(sys::CStr::from_terminated(hook.path), hook.argv, envp).error();
}

uint16_t status_of(const sys::Siginfo& info) {
  const bool exited = info.code == sys::kCLD_EXITED;
  return static_cast<uint16_t>(exited ? info.status : kSignalled + info.status);
}

// Ends the hook and whatever stayed in its process group.
void kill_group(sys::Pid pid) {
  (void)sys::kill(static_cast<sys::Pid>(-sys::to_raw(pid)), sys::kSIGKILL);
  (void)sys::kill(pid, sys::kSIGKILL);
  sys::Siginfo info{};
  (void)sys::retry_eintr(
      [&] { return sys::waitid(sys::kP_PID, sys::to_raw(pid), &info, sys::kWEXITED); });
}

// Waits for the hook, and kills it after its time or when nosc is to end. Returns its status.
uint16_t await(sys::Pid pid, int timeout_ms) {
  const auto process = sys::pidfd_open(pid);
  const auto pidfd = process ? process.borrow() : sys::BorrowedFd::from_raw(-1);
  rt::Waited waited = rt::Waited::kReady;
  while (waited != rt::Waited::kInterrupted && timeout_ms != 0) {
    const bool in_one = process.ok() || (timeout_ms >= 0 && timeout_ms < kPollMs);
    const int part_ms = in_one ? timeout_ms : kPollMs;
    waited = rt::wait_until_readable(pidfd, part_ms);
    sys::Siginfo info{};
    const auto ended =
        sys::waitid(sys::kP_PID, sys::to_raw(pid), &info, sys::kWEXITED | sys::kWNOHANG);
    if (ended && info.pid != sys::Pid{0}) return status_of(info);
    if (waited == rt::Waited::kTimedOut && timeout_ms > 0) timeout_ms -= part_ms;
  }
  kill_group(pid);
  return waited == rt::Waited::kInterrupted ? kInterrupted : kTimedOut;
}

sys::BorrowedFd open_output() {
  sys::Fd file =
      or_fail(sys::memfd_create("output", sys::kMFD_CLOEXEC), "memfd_create", "output of hooks");
  or_fail(sys::portable::fcntl(file, sys::kF_SETFL, static_cast<int>(sys::kO_APPEND.bits())),
          "set flags of", "output of hooks");
  return sys::BorrowedFd::from_raw(file.release());
}

}  // namespace

void prepare_hooks() {
  if (is_prepared) return;
  is_prepared = true;
  output = {open_output(), open_output()};
  or_fail(rt::take_interruptions(), "open", "signalfd");
}

void set_own_environment(char** envp) { own_environment = envp; }

void leave_output() { output = {}; }

std::string_view read_output(Stream stream, std::span<char> buffer) {
  const sys::BorrowedFd file = stream == Stream::kOut ? output.out : output.error;
  const auto count = sys::pread64(file, sys::MutableBytes(buffer.data(), buffer.size()), 0);
  std::string_view text(buffer.data(), count ? *count : 0);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

HookFailure run_hook(const HookRecord& hook, const HookContext& context) {
  const auto input = make_input(context);
  if (!input) return {Operation::kExecute, static_cast<uint16_t>(input.error().value())};
  prepare_hooks();
  (void)sys::portable::ftruncate(output.out, 0);
  (void)sys::portable::ftruncate(output.error, 0);
  // A caller that ignores the ends of its children has had them ignored here: there would be no
  // status.
  const sys::Sigaction action{};
  (void)sys::rt_sigaction(sys::kSIGCHLD, &action);
  // The hook tells what was refused; end of file says that it runs.
  sys::FdPair told;
  const auto piped = sys::pipe2(told, sys::kO_CLOEXEC);
  if (!piped) return {Operation::kExecute, static_cast<uint16_t>(piped.error().value())};
  const auto pid = sys::portable::clone_process({}, sys::kSIGCHLD);
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
