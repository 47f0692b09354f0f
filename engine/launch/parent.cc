// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/parent.h"

#include "engine/launch/listener.h"
#include "engine/launch/remove.h"
#include "engine/launch/self.h"
#include "engine/launch/words.h"
#include "engine/rt/error.h"
#include "engine/rt/waiting.h"
#include "engine/state/start_socket.h"
#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

using hooks::Kind;

constexpr std::string_view kSetUp = "the container's set-up";
constexpr auto kNoFd = sys::BorrowedFd::from_raw(-1);

// The directory that becomes the root must be one, and not a link to one: what is checked here and
// what is mounted later must be the same place. Its passwd tells the home of the user.
void prepare_rootfs(Plan& plan, Arena& arena) {
  if (!sees_host(plan)) return;
  const mounts::RootRecord& root = plan.mounts.root;
  const char* path = root.kind == mounts::RootKind::kDirectory ? root.path : "/";
  const sys::Fd rootfs =
      or_fail(sys::openat(sys::kAT_FDCWD, sys::CStr::from_terminated(path),
                          sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_NOFOLLOW | sys::kO_CLOEXEC),
              "open", path, {kRootPlace});
  process::complete_home(plan.process, rootfs, arena);
}

// Whether hooks run before the program does. Those of its start are in this command, or in another.
bool runs_hooks(const hooks::HookPlan& plan) {
  return waits_for_hooks(plan) || plan.has(Kind::kStartContainer);
}

// Receives a message for which the child may have to wait for a hook.
Message receive_interruptibly(Launch& launch) {
  const sys::BorrowedFd channel = launch.channel.parent;
  if (runs_hooks(launch.plan.hooks) &&
      rt::wait_until_readable(channel, -1) == rt::Waited::kInterrupted) {
    fail({.operation = "wait for", .object = kSetUp, .text = "interrupted"});
  }
  return receive(channel);
}

// Says in the record what of the cgroup there is to be removed.
void record_cgroup(Launch& launch) {
  if (launch.record == nullptr) return;
  state::Progress progress = launch.record->progress();
  progress.cgroup_kept_bytes = cgroups::kept_bytes(launch.plan.cgroup);
  launch.record->write(progress);
}

// A container without a mount namespace leaves its mounts to whoever removes it.
void mount_shared_root(Launch& launch) {
  const mounts::RootRecord& root = launch.plan.mounts.root;
  if (launch.plan.root_setup == RootSetup::kJoined || root.entry != mounts::RootEntry::kChroot) {
    return;
  }
  mounts::mount_root(root);
  state::Progress progress = launch.record->progress();
  progress.flags |= state::kHasRootMount;
  launch.record->write(progress);
}

void prepare(Launch& launch) {
  Plan& plan = launch.plan;
  process::close_descriptors_on_exec(plan.process.kept_fds);
  launch.agent = connect_to_agent(plan.seccomp);
  prepare_rootfs(plan, launch.arena);
  namespaces::open_joins(plan.namespaces);
  launch.program = plan.payload == Payload::kReport ? open_self_copy() : process::open_stub();
  launch.channel = open_channel();
  console::hold_signals();
  if (runs_hooks(plan.hooks)) hooks::prepare_hooks();
  if (launch.lifetime == Lifetime::kDetached) {
    launch.start_socket = state::listen_for_start(launch.record->root(), launch.record->inode());
  }
  cgroups::apply_cgroup(plan.cgroup, launch.cgroup);
  record_cgroup(launch);
  mount_shared_root(launch);
}

ChildContext child_context(const Launch& launch) {
  const bool sends_terminal_away = static_cast<bool>(launch.console_socket);
  return {.plan = &launch.plan,
          .channel = launch.channel.child.borrow(),
          .terminal_channel =
              sends_terminal_away ? launch.console_socket.borrow() : launch.channel.child.borrow(),
          .cgroup = &launch.cgroup,
          .start_socket = launch.start_socket.borrow(),
          .record = launch.record == nullptr ? kNoFd : launch.record->file(),
          .program = launch.program.borrow(),
          .texts = launch.record == nullptr ? nullptr : &launch.record->texts(),
          .lifetime = launch.lifetime};
}

// Returns what the child is told of it.
Go record_init(Launch& launch) {
  state::Progress progress = launch.record->progress();
  // Nobody but its own nosc starts a foreground container: it runs from its admission on.
  const bool is_admitted = !waits_for_hooks(launch.plan.hooks);
  if (is_admitted && launch.lifetime == Lifetime::kForeground) progress.flags |= state::kSetUp;
  progress.cgroup_kept_bytes = cgroups::kept_bytes(launch.plan.cgroup);  // less, where it left it
  const state::ProcessFacts facts = state::facts_of(launch.init.pid);
  progress.init = {launch.init.pid, facts.start_time};
  launch.record->write(progress);
  return {.pid = launch.init.pid, .ignored_signals = facts.ignored_signals};
}

void mark_set_up(state::Record& record) {
  state::Progress progress = record.progress();
  progress.flags |= state::kSetUp;
  record.write(progress);
}

// The hooks outside the container, when the child has reached their moment.
Failure run_runtime_hooks(Launch& launch) {
  const hooks::HookPlan& plan = launch.plan.hooks;
  const hooks::HookContext context{
      .texts = &launch.record->texts(), .pid = launch.init.pid, .status = state::Status::kCreating};
  launch.ends_with_hooks = true;
  const Failure failure = run_hooks(plan.of(Kind::kPrestart), Step::kPrestartHook, context);
  if (failure.failed()) return failure;
  return run_hooks(plan.of(Kind::kCreateRuntime), Step::kCreateRuntimeHook, context);
}

// Lets the child go on into its root: the record knows of it by now.
Failure admit(Launch& launch) {
  if (launch.record == nullptr) return {};
  const Go go = record_init(launch);
  if (waits_for_hooks(launch.plan.hooks)) {
    const Message message = receive_interruptibly(launch);
    if (message.event != Event::kHooks) return message.failure;
    const Failure failure = run_runtime_hooks(launch);
    if (failure.failed()) return failure;
    if (launch.lifetime == Lifetime::kForeground) mark_set_up(*launch.record);
  }
  let_go_on(launch.channel.parent, go);
  return {};
}

void tell_agent(Launch& launch, uint32_t number) {
  hand_over_listener(launch.agent, launch.plan.seccomp, number,
                     {.process = &launch.init,
                      .texts = &launch.record->texts(),
                      .container_pid = launch.init.pid,
                      .status = state::Status::kCreating},
                     launch.arena);
  launch.agent.reset();
  let_go_on(launch.channel.parent);
}

[[noreturn]] void fail_killed() {
  fail({.operation = "wait for", .object = kSetUp, .text = "killed (memory limit too low?)"});
}

// Ends the command if the set-up has ended, and not for its program: its end closes the channel,
// too.
void check_executed(const Init& init) {
  if (!init.stands_for_another && !state::has_executed(init.pid)) fail_killed();
}

// Waits until the program runs or a step has failed. A foreground container with a terminal sends
// it before that, and a child that failed before it had one has left its record instead.
Failure await_exec(Launch& launch) {
  if (launch.init.first.failure.failed()) return launch.init.first.failure;
  const sys::BorrowedFd channel = launch.channel.parent;
  const bool relays = launch.plan.terminal == Terminal::kOwn && !launch.console_socket;
  if (relays && !message_is_next(channel)) launch.terminal = console::receive_terminal(channel);
  const Failure refused = admit(launch);
  if (refused.failed()) return refused;
  Message message = receive_interruptibly(launch);
  if (launch.lifetime == Lifetime::kDetached) {
    // What is killed closes its channel too.
    if (message.event == Event::kExecuted) fail_killed();
    if (message.event == Event::kComplete) message = receive_interruptibly(launch);
  }
  if (message.event == Event::kListener) {
    tell_agent(launch, message.failure.index);
    message = receive_interruptibly(launch);
  }
  if (message.event != Event::kExecuted) return message.failure;
  if (launch.lifetime == Lifetime::kForeground) check_executed(launch.init);
  return {};
}

bool is_refused_overlay(const Failure& failure, const Plan& plan) {
  return failure.step == Step::kRoot && plan.mounts.root.kind == mounts::RootKind::kHostOverlay;
}

void end_init(void* launch) {
  Init& init = static_cast<Launch*>(launch)->init;
  if (init.pid != sys::Pid{0}) kill_and_reap(&init.pid);
}

void remove(void* launch) {
  auto& self = *static_cast<Launch*>(launch);
  if (self.record == nullptr) {
    return cgroups::remove_cgroup(self.plan.cgroup, cgroups::Occupants::kKilled);
  }
  if (!self.record->is_open() || !self.record->relock()) return;
  // A cgroup that was refused because others are in it isn't this container's.
  if (self.record->progress().init.pid == sys::Pid{0}) record_cgroup(self);
  remove_container(*self.record, self.ends_with_hooks ? &self.plan.hooks : nullptr, self.arena);
}

}  // namespace

uint64_t now_us() {
  sys::Timespec now{};
  (void)sys::portable::clock_gettime(sys::kCLOCK_MONOTONIC, now);
  return static_cast<uint64_t>(now.sec) * 1000000 + static_cast<uint32_t>(now.nsec) / 1000;
}

Launch::Launch(Plan& plan, state::Record* record, Arena& arena)
    : plan(plan),
      record(record),
      arena(arena),
      no_container(remove, this),
      no_init(end_init, this) {}

bool set_up(Launch& launch) {
  prepare(launch);
  CloneContext context{.plan = &launch.plan,
                       .channel = &launch.channel,
                       .cgroup = &launch.cgroup,
                       .child = child_context(launch)};
  launch.init = start_init(context);
  const Failure failure = await_exec(launch);
  if (is_refused_overlay(failure, launch.plan)) return false;
  // What a hook inside has written to the terminal says why it failed.
  if (failure.failed() && launch.terminal) console::copy_rest(launch.terminal);
  if (failure.failed()) fail(describe_failure(failure, launch.plan, launch.arena));
  launch.ends_with_hooks = true;
  if (launch.record != nullptr && !launch.record->has(state::kSetUp)) mark_set_up(*launch.record);
  return true;
}

int wait(Launch& launch) {
  launch.program.reset();
  if (launch.record != nullptr) launch.record->unlock();
  namespaces::close_joins(launch.plan.namespaces);
  const int status = console::wait_foreground(launch.init.pid, launch.init.pidfd, launch.terminal);
  launch.no_init.dismiss();
  return status;
}

void let_go(Launch& launch) {
  launch.no_init.dismiss();
  launch.no_container.dismiss();
}

}  // namespace nosc::launch
