// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/enter.h"

#include <algorithm>
#include <span>
#include <utility>

#include "engine/launch/last_stage.h"
#include "engine/launch/listener.h"
#include "engine/launch/words.h"
#include "engine/mounts/mounts.h"
#include "engine/rt/error.h"
#include "engine/rt/private_proc.h"
#include "engine/rt/process_path.h"
#include "engine/rt/step.h"
#include "engine/rt/undo.h"
#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

// All in one call where the kernel lets them be joined so, and else in the planned order: a
// namespace that the container joined may belong to another user namespace than its own.
void join_namespaces(const Entry& entry) {
  const namespaces::NamespacePlan& plan = entry.plan.namespaces;
  if (sys::setns(entry.container, plan.joined)) return;
  for (size_t i = 0; i < plan.joins.size(); ++i) {
    begin_step(Step::kJoinNamespace, i);
    const sys::NamespaceFlags type = plan.joins[i].type;
    const auto joined = sys::setns(entry.container, type);
    // EINVAL: the caller is in the container's user namespace already.
    if (type == sys::kCLONE_NEWUSER && joined.failed_with(sys::kEINVAL)) continue;
    or_fail(joined, Operation::kJoin);
  }
}

// The root of a container that shares its mount namespace with nosc; others have theirs from it.
sys::Fd open_shared_root(const Entry& entry, sys::BorrowedFd proc) {
  if (entry.plan.namespaces.joined.has(sys::kCLONE_NEWNS)) return {};
  const ProcessPath path(entry.record.progress().init.pid, "root");
  return or_fail(sys::openat(proc, path.name(), sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC),
                 Operation::kOpen);
}

void enter_shared_root(sys::Fd root) {
  if (!root) return;
  begin_step(Step::kEnterRoot);
  mounts::change_root(root);
}

// The terminal is one of the container's own devpts, so that its name means something inside.
void set_up_terminal(const Entry& entry) {
  if (entry.plan.terminal == Terminal::kNone) return;
  begin_step(Step::kTerminal);
  const sys::Fd root =
      or_fail(sys::openat(sys::kCwd, "/", sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC),
              Operation::kOpen);
  const bool is_relayed = entry.console_socket.raw() < 0;
  const sys::Fd peer = console::make_terminal(
      root, {.size = entry.plan.terminal_size,
             .user = entry.plan.process.identity.uid,
             .receiver = is_relayed ? entry.channel.child.borrow() : entry.console_socket,
             .is_relayed = is_relayed});
  if (entry.birth == Birth::kDone) console::take_terminal(peer);
  console::apply_terminal(peer);
}

void keep_preserved(const Entry& entry) {
  begin_step(Step::kExec);
  for (unsigned i = 0; i < entry.preserved_fds.count; ++i) {
    if (entry.preserved_fds.is_hole(i)) continue;
    const auto fd = sys::BorrowedFd::from_raw(static_cast<int>(PreservedFds::kFirst + i));
    or_fail(sys::portable::fcntl(fd, sys::kF_SETFD, 0), Operation::kSet);
  }
}

// Closes the descriptors from `first` to the one before `end`. Without the system call (before 5.9)
// one by one: what the container's /proc lists is nothing to go by.
void close_range(int first, int end) {
  if (first == end) return;
  if (sys::close_range(static_cast<unsigned>(first), static_cast<unsigned>(end) - 1)) return;
  constexpr int kMost = 1 << 16;
  for (int fd = first; fd < std::min(end, kMost); ++fd) (void)sys::close(fd);
}

// Closes whatever is the host's: with CAP_SYS_PTRACE a process of the container may open what the
// new process has open, and from a directory all that is above it. The program's own descriptors
// stay, and those that are still needed.
void close_all_but(PreservedFds preserved, std::span<const sys::BorrowedFd> kept) {
  const auto is_kept = [&](int fd) {
    return std::ranges::any_of(kept, [&](sys::BorrowedFd other) { return other.raw() == fd; });
  };
  int next = PreservedFds::kFirst;
  for (uint32_t i = 0; i < preserved.count; ++i, ++next) {
    if (preserved.is_hole(i) && !is_kept(next)) (void)sys::close(next);
  }
  for (;;) {
    int end = INT32_MAX;
    for (const sys::BorrowedFd fd : kept) {
      if (fd.raw() >= next) end = std::min(end, fd.raw());
    }
    close_range(next, end);
    if (end == INT32_MAX) return;
    next = end + 1;
  }
}

[[noreturn]] void leave_birth_to_stub(const Entry& entry, const process::ExecDescriptors& last) {
  const sys::BorrowedFd kept[] = {last.failure, last.stub, last.attributes};
  close_all_but(entry.preserved_fds, kept);
  enter_in_place(entry.plan, last, Birth::kByStub);
  // The kernel had said that it could be done (birth_of()).
  begin_step(Step::kStub);
  fail_step(Operation::kExecute, sys::kEPERM);
}

// Sets up what becomes the program, in the namespaces and the cgroups of the container.
[[noreturn]] void become_program(const Entry& entry) {
  const Plan& plan = entry.plan;
  begin_step(Step::kSession);
  or_fail(sys::setsid(), Operation::kSet);
  become_container_root(plan);
  hide_from_tracers();
  process::apply_affinity(plan.process.affinity.final);
  const sys::Fd attributes = process::open_label_directory(plan.process.label);
  process::apply_keyring(plan.process.attributes, plan.process.label, attributes);
  set_up_terminal(entry);

  constexpr auto kWaits = process::Waits::kNot;
  const bool filters = loads_filter(plan.seccomp, seccomp::Loader::kSetUp);
  if (!filters) process::apply_rlimits(plan.process.rlimits, kWaits);
  process::apply_attributes(plan.process.attributes);
  capabilities::apply_bounding(plan.capabilities);
  if (plan.terminal == Terminal::kNone) process::give_streams(plan.process.identity);
  process::apply_identity(plan.process.identity);
  hide_from_tracers();
  console::apply_default_signals();
  keep_preserved(entry);
  process::ExecDescriptors last{
      .stub = entry.program, .failure = entry.channel.child, .attributes = attributes};
  if (entry.birth == Birth::kByStub) leave_birth_to_stub(entry, last);
  enter_in_place(plan, last);
  // What comes behind an early filter must do with what the profile lets through.
  sys::Fd working_directory;
  if (filters) load_filter(plan, kWaits, entry.channel.child, last, working_directory);
  capabilities::apply_capabilities(plan.capabilities);
  if (plan.process.no_new_privileges) process::apply_no_new_privileges();
  process::apply_exec(plan.process.exec, last);
}

// Makes the new process here, where the stub can't: it has the host's rights for a while, and is in
// the container's sight.
void fork_early(const Entry& entry) {
  const sys::BorrowedFd kept[] = {entry.channel.child, entry.program, entry.console_socket};
  close_all_but(entry.preserved_fds, kept);
  begin_step(Step::kClone);
  // The signal at its end is that of the process between.
  const sys::Pid pid =
      or_fail(sys::portable::clone_process(sys::kCLONE_PARENT, sys::kSIGCHLD), Operation::kFork);
  if (pid == sys::Pid{0}) return;
  send_event(entry.channel.child, Event::kForked, pid);
  for (;;) (void)sys::exit_group(0);
}

[[noreturn]] void between(Entry& entry) {
  const Plan& plan = entry.plan;
  const bool has_initial = !plan.process.affinity.initial.empty();
  entry.channel.parent.reset();
  report_failures_to(entry.channel.child);
  begin_step(Step::kProc);
  const sys::Fd proc = rt::open_proc(rt::VisibleProc::kHosts);
  process::apply_oom_score_adj(plan.process.oom, proc);
  sys::Fd root = open_shared_root(entry, proc);
  process::apply_affinity(plan.process.affinity.initial);
  if (!entry.is_in_cgroup) cgroups::open_unified_members(entry.cgroup);
  cgroups::join_cgroups(
      entry.cgroup, has_initial ? cgroups::Processors::kCallers : cgroups::Processors::kCgroups);
  if (plan.namespaces.joined.has(sys::kCLONE_NEWUSER)) {
    process::raise_hard_limits(plan.process.rlimits, sys::getpid());
  }
  // Not before: what isn't dumpable has files in /proc that only root may write to.
  hide_from_tracers();
  join_namespaces(entry);
  enter_shared_root(std::move(root));
  if (entry.birth == Birth::kDone) fork_early(entry);
  become_program(entry);
}

// The container's first process is another one than the one that is asked about.
void tell_agent(Entry& entry, uint32_t number, Arena& arena) {
  hand_over_listener(entry.agent, entry.plan.seccomp, number,
                     {.process = &entry.init,
                      .texts = &entry.record.texts(),
                      .container_pid = entry.record.progress().init.pid,
                      .status = state::Status::kRunning},
                     arena);
  entry.agent.reset();
  let_go_on(entry.channel.parent);
}

// Starts the process between, in the container's cgroup if it is to be born there.
sys::Pid start_between(Entry& entry) {
  sys::CloneArgs args{};
  args.exit_signal = static_cast<uint64_t>(sys::kSIGCHLD);
  if (entry.is_in_cgroup) {
    args.flags = sys::kCLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(entry.cgroup.directory.raw());
  }
  auto pid = sys::clone3(args);
  if (lacks_clone3(pid)) {
    entry.is_in_cgroup = false;
    pid = sys::portable::clone_process({}, sys::kSIGCHLD);
  }
  if (pid && *pid == sys::Pid{0}) between(entry);
  return or_fail(pid, "fork", "into the container");
}

// What the new process says may come from somebody who traces it: nobody but a child is taken for
// it.
bool is_child(sys::Pid pid) {
  sys::Siginfo info;
  constexpr auto kLook = sys::kWEXITED | sys::kWNOHANG | sys::kWNOWAIT;
  return pid != sys::Pid{0} && sys::waitid(sys::kP_PID, sys::to_raw(pid), &info, kLook).ok();
}

// Follows the process between and the new one until the program runs.
void follow(Entry& entry, Arena& arena) {
  const sys::BorrowedFd channel = entry.channel.parent;
  bool relays = entry.plan.terminal == Terminal::kOwn && entry.console_socket.raw() < 0;
  for (;;) {
    if (relays && !message_is_next(channel)) {
      entry.terminal = console::receive_terminal(channel);
      relays = false;
    }
    const Message message = receive(channel);
    if (message.event == Event::kFailed) fail(describe_failure(message.failure, entry.plan, arena));
    if (message.event == Event::kExecuted) return;
    if (message.event == Event::kListener) tell_agent(entry, message.failure.index, arena);
    if (message.event != Event::kForked || !is_child(message.pid)) continue;
    entry.init.pid = message.pid;
    auto pidfd = sys::pidfd_open(entry.init.pid);
    if (pidfd) entry.init.pidfd = pidfd.take();
  }
}

// Whether the plan leaves nothing to the new process that another one can't do for it. Scheduling
// is inherited, but for what says that it isn't. Source: sched(7), SCHED_FLAG_RESET_ON_FORK.
bool is_inherited(const Plan& plan) {
  const sys::SchedAttr& scheduler = plan.process.attributes.scheduler;
  const bool is_left = scheduler.size == 0;
  return plan.seccomp.listener_path == nullptr &&
         (is_left || (scheduler.policy != sys::kSCHED_DEADLINE &&
                      !scheduler.flags.has(sys::kSCHED_FLAG_RESET_ON_FORK)));
}

enum class Outcome : uint8_t { kRuns, kKilled, kKilledAtBirth };

Outcome try_to_enter(Entry& entry, Arena& arena) {
  entry.channel = open_channel();
  sys::Pid between_pid = start_between(entry);
  Undo end_between(kill_and_reap, &between_pid);
  Undo end_process(kill_and_reap, &entry.init.pid);
  entry.channel.child.reset();
  follow(entry, arena);
  end_process.dismiss();
  if (entry.init.pid != sys::Pid{0}) return Outcome::kRuns;
  // What has run has touched its memory.
  sys::Rusage usage{};
  (void)sys::wait4(std::exchange(between_pid, sys::Pid{0}), nullptr, {}, &usage);
  return usage.minflt == 0 ? Outcome::kKilledAtBirth : Outcome::kKilled;
}

}  // namespace

Birth birth_of(const Plan& plan, sys::BorrowedFd program) {
  const bool joins_user = plan.namespaces.joined.has(sys::kCLONE_NEWUSER);
  const auto rights = joins_user ? process::Rights::kNamespaces : process::Rights::kOwn;
  return is_inherited(plan) && process::can_map_stub(plan.process.exec, program, rights)
             ? Birth::kByStub
             : Birth::kDone;
}

void enter(Entry& entry, Arena& arena) {
  process::close_descriptors_on_exec();
  entry.agent = connect_to_agent(entry.plan.seccomp);
  console::hold_signals();
  // The processors that it is to have before have to be set before.
  entry.is_in_cgroup = entry.cgroup.directory && entry.plan.process.affinity.initial.empty();
  Outcome outcome = try_to_enter(entry, arena);
  // Since 6.14 the kernel kills whoever is born into a cgroup that has been killed (cgroup.kill)
  // more often than the caller's, with which it compares.
  if (outcome == Outcome::kKilledAtBirth && entry.is_in_cgroup) {
    entry.is_in_cgroup = false;
    outcome = try_to_enter(entry, arena);
  }
  if (outcome == Outcome::kRuns) return;
  fail({.operation = "enter container", .object = entry.record.id(), .text = "killed"});
}

}  // namespace nosc::launch
