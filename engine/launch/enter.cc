// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/enter.h"

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

// Starts the new process in the container's cgroup, as a child of the parent.
sys::Pid start_sibling(const Entry& entry) {
  begin_step(Step::kClone);
  sys::CloneArgs args{};
  args.flags = sys::kCLONE_PARENT;  // the signal at its end is that of the process between
  if (entry.cgroup.directory) {
    args.flags |= sys::kCLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(entry.cgroup.directory.raw());
  }
  const auto pid = sys::clone3(args);
  if (!lacks_clone3(pid)) return or_fail(pid, Operation::kFork);
  if (entry.cgroup.directory) cgroups::join_cgroup(entry.cgroup.directory);
  begin_step(Step::kClone);
  return or_fail(sys::portable::clone_process(sys::kCLONE_PARENT, sys::kSIGCHLD), Operation::kFork);
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
  console::apply_terminal(peer);
}

void keep_preserved(const Entry& entry) {
  begin_step(Step::kExec);
  for (unsigned i = 0; i < entry.preserved_fds.count; ++i) {
    if (i < 64 && (entry.preserved_fds.holes >> i & 1) != 0) continue;
    const auto fd = sys::BorrowedFd::from_raw(static_cast<int>(PreservedFds::kFirst + i));
    or_fail(sys::portable::fcntl(fd, sys::kF_SETFD, 0), Operation::kSet);
  }
}

// The directory of the calling process's descriptors, as the host's /proc has it.
sys::Fd open_descriptors(sys::Fd proc) {
  if (!proc) return {};
  begin_step(Step::kStub);
  return or_fail(sys::openat(proc, "self/fd", sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC),
                 Operation::kOpen);
}

// The new process, in the namespaces and the cgroups of the container.
// Shape: `proc` is the host's, where a filter is loaded early; it doesn't stay open.
[[noreturn]] void become_program(Entry& entry, sys::Fd proc) {
  const Plan& plan = entry.plan;
  entry.channel.parent.reset();
  begin_step(Step::kClone);
  or_fail(wait_for_go(entry.channel.child), Operation::kNone);
  cgroups::join_cgroups(entry.cgroup, plan.process.affinity.initial.empty()
                                          ? cgroups::Processors::kCgroups
                                          : cgroups::Processors::kCallers);
  begin_step(Step::kSession);
  or_fail(sys::setsid(), Operation::kSet);
  become_container_root(plan);
  hide_from_tracers();
  const sys::Fd descriptors = open_descriptors(std::move(proc));
  process::apply_affinity(plan.process.affinity.final);
  const sys::Fd attributes = process::open_label_directory(plan.process.label);
  process::apply_keyring(plan.process.attributes, plan.process.label, attributes);
  set_up_terminal(entry);

  constexpr auto kWaits = process::Waits::kNot;
  const bool filters = loads_filter(plan.seccomp, seccomp::Loader::kSetUp);
  if (!filters) process::apply_rlimits(plan.process.rlimits, kWaits);
  process::apply_attributes(plan.process.attributes);
  capabilities::apply_bounding(plan.capabilities);
  process::give_streams(plan.process.identity);
  process::apply_identity(plan.process.identity);
  hide_from_tracers();
  console::apply_default_signals();
  keep_preserved(entry);
  process::ExecDescriptors last{.stub = entry.program,
                                .failure = entry.channel.child,
                                .attributes = attributes,
                                .descriptor_directory = descriptors};
  enter_in_place(plan, last);
  // What comes behind an early filter must do with what the profile lets through.
  sys::Fd working_directory;
  if (filters) load_filter(plan, kWaits, entry.channel.child, last, working_directory);
  capabilities::apply_capabilities(plan.capabilities);
  if (plan.process.no_new_privileges) process::apply_no_new_privileges();
  process::apply_exec(plan.process.exec, last);
}

// Pre: the memory may be the parent's, so what the parent still needs stays as it is.
[[noreturn, gnu::noinline]] void between(Entry& entry) {
  report_failures_to(entry.channel.child);
  begin_step(Step::kProc);
  sys::Fd proc = rt::open_proc(rt::VisibleProc::kHosts);
  process::apply_oom_score_adj(entry.plan.process.oom, proc);
  sys::Fd root = open_shared_root(entry, proc);
  process::apply_affinity(entry.plan.process.affinity.initial);
  if (!loads_filter(entry.plan.seccomp, seccomp::Loader::kSetUp)) proc.reset();
  if (entry.plan.namespaces.joined.has(sys::kCLONE_NEWUSER)) {
    process::raise_hard_limits(entry.plan.process.rlimits, sys::getpid());
  }
  // Not before: what isn't dumpable has files in /proc that only root may write to.
  hide_from_tracers();
  join_namespaces(entry);
  enter_shared_root(std::move(root));
  const sys::Pid pid = start_sibling(entry);
  if (pid == sys::Pid{0}) become_program(entry, std::move(proc));
  send_event(entry.channel.child, Event::kForked, pid);
  for (;;) (void)sys::exit_group(0);
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
  (void)send_go(entry.channel.parent);
}

void fail_described(const Message& message, const Plan& plan, Arena& arena) {
  if (message.event == Event::kFailed) fail(describe_failure(message.failure, plan, arena));
}

// Starts the process between: in this memory, with the caller standing still until it has ended,
// for a copy would cost several times what it does. A time namespace isn't joined by who shares
// memory. A function of its own, for its frame is shared too: nothing in it outlives the call.
// Source: vfork(2); setns(2), EUSERS.
[[gnu::noinline]] sys::Result<sys::Pid> start_between(Entry& entry) {
  sys::CloneArgs args{};
  args.exit_signal = static_cast<uint64_t>(sys::kSIGCHLD);
  if (!entry.plan.namespaces.joined.has(sys::kCLONE_NEWTIME)) {
    args.flags = sys::kCLONE_VM | sys::kCLONE_VFORK;
  }
  auto pid = sys::clone3(args);
  if (lacks_clone3(pid)) pid = sys::portable::clone_process({}, sys::kSIGCHLD);
  if (pid && *pid == sys::Pid{0}) between(entry);
  return pid;
}

// Starts the process between and gets the new one from it.
void start(Entry& entry, Arena& arena) {
  sys::Pid between_pid = or_fail(start_between(entry), "fork", "into the container");
  Undo end_between(kill_and_reap, &between_pid);
  entry.channel.child.reset();
  const Message message = receive(entry.channel.parent);
  fail_described(message, entry.plan, arena);
  if (message.event != Event::kForked) fail_system("enter", "container", sys::kECHILD);
  entry.init.pid = message.pid;
}

}  // namespace

void enter(Entry& entry, Arena& arena) {
  process::close_descriptors_on_exec();
  entry.agent = connect_to_agent(entry.plan.seccomp);
  entry.program = process::open_stub();
  entry.channel = open_channel();
  console::hold_signals();
  start(entry, arena);
  Undo end_process(kill_and_reap, &entry.init.pid);
  auto pidfd = sys::pidfd_open(entry.init.pid);
  if (pidfd) entry.init.pidfd = pidfd.take();
  const sys::BorrowedFd channel = entry.channel.parent;
  or_fail(send_go(channel), "send", "the new process");
  const bool relays = entry.plan.terminal == Terminal::kOwn && entry.console_socket.raw() < 0;
  if (relays && !message_is_next(channel)) entry.terminal = console::receive_terminal(channel);
  Message message = receive(channel);
  if (message.event == Event::kListener) {
    tell_agent(entry, message.failure.index, arena);
    message = receive(channel);
  }
  fail_described(message, entry.plan, arena);
  end_process.dismiss();
}

}  // namespace nosc::launch
