// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/clone.h"

#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

constexpr sys::CloneFlags kUser = sys::kCLONE_NEWUSER;

// The namespaces that clone makes: the cgroup namespace has to wait (child.cc).
sys::CloneFlags cloned(const Plan& plan) {
  return plan.namespaces.created & ~sys::kCLONE_NEWCGROUP;
}

bool is_missing(sys::Errno error) {
  // E2BIG: a kernel whose clone3 has no field for a cgroup yet (before 5.7).
  return error == sys::kENOSYS || error == sys::kE2BIG;
}

bool is_denied(sys::Errno error) {
  return error == sys::kEACCES || error == sys::kEPERM || error == sys::kEOPNOTSUPP;
}

int wait_for(sys::Pid pid) {
  int status = 0;
  for (;;) {
    auto waited = sys::wait4(pid, &status);
    if (waited || waited.error() != sys::kEINTR) return status;
  }
}

// The exit status that says what a wait status does: wait(2)'s two bytes, status and signal.
int exit_status_of(int wait_status) {
  const int signal = wait_status & 0x7f;
  return signal == 0 ? wait_status >> 8 & 0xff : 128 + signal;
}

// Writes the id maps of the child's new user namespace and lets it go on.
Result<void> map_ids(CloneContext& context, sys::Pid child) {
  TRY(namespaces::apply_mappings(context.plan->namespaces, child));
  TRY_SYS("send", "the container's set-up", send_go(context.channel->parent));
  return {};
}

sys::Result<sys::Pid> clone_in_one_step(CloneContext& context) {
  sys::CloneArgs args{};
  args.flags = cloned(*context.plan);
  args.exit_signal = static_cast<uint64_t>(sys::kSIGCHLD);
  if (context.cgroup->directory) {
    args.flags |= sys::kCLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(context.cgroup->directory.raw());
  }
  return sys::clone3(args);
}

// A cgroup that nobody asked for is done without where the kernel doesn't let a process in.
sys::Result<sys::Pid> clone_or_leave_cgroup(CloneContext& context) {
  auto pid = clone_in_one_step(context);
  if (pid || !context.cgroup->directory || !is_denied(pid.error()) ||
      context.plan->cgroup.use != cgroups::CgroupUse::kIfPermitted) {
    return pid;
  }
  (void)cgroups::remove_cgroup(context.plan->cgroup, *context.cgroup);
  context.cgroup->directory.reset();
  return clone_in_one_step(context);
}

[[noreturn]] void exit_with(const CloneContext& context, const Failure& failure) {
  if (failure.failed()) send_failure(context.channel->child, failure);
  for (;;) (void)sys::exit_group(failure.failed() ? 1 : 0);
}

Failure unshare_user(const CloneContext& context) {
  if (!context.plan->namespaces.created.has(kUser)) return {};
  auto unshared = sys::unshare(kUser);
  if (!unshared) return fail(Step::kUserNamespace, Operation::kUnshare, unshared.error());
  send_event(context.channel->child, Event::kUnshared, sys::Pid{});
  auto mapped = wait_for_go(context.channel->child);
  if (!mapped) return fail(Step::kUserNamespace, Operation::kNone, mapped.error());
  return {};
}

// The process between the parent and the container's first one.
Failure between(CloneContext& context) {
  if (context.cgroup->directory) {
    TRY_STEP(cgroups::join_cgroup(context.cgroup->directory));
  }
  TRY_STEP(namespaces::apply_joins(context.plan->namespaces));
  TRY_STEP(unshare_user(context));
  const sys::CloneFlags rest = cloned(*context.plan) & ~kUser;
  auto unshared = sys::unshare(rest);
  if (!unshared) return fail(Step::kNewNamespaces, Operation::kUnshare, unshared.error());
  auto pid = sys::portable::clone_process(sys::CloneFlags{}, sys::kSIGCHLD);
  if (!pid) return fail(Step::kClone, Operation::kFork, pid.error());
  if (*pid == sys::Pid{0}) {
    context.child.start = Start::kAfterGo;
    child_main(context.child);
  }
  send_event(context.channel->child, Event::kForked, *pid);
  if (context.between_stays) {
    context.channel->child.reset();
    (void)sys::exit_group(exit_status_of(wait_for(*pid)));
  }
  return {};
}

// Talks with the process between until it has ended.
Result<Init> follow_between(CloneContext& context, sys::Pid between_pid) {
  Init init;
  for (;;) {
    init.first = TRY(receive(context.channel->parent));
    if (init.first.event != Event::kUnshared) break;
    TRY(map_ids(context, between_pid));
  }
  const bool stays = context.between_stays && init.first.event == Event::kForked;
  if (!stays) (void)wait_for(between_pid);
  if (init.first.event == Event::kExecuted) {
    return system_error("start", "the container's first process", sys::kECHILD);
  }
  if (init.first.event == Event::kFailed) return init;
  init.pid = stays ? between_pid : init.first.pid;
  TRY_SYS("send", "the container's set-up", send_go(context.channel->parent));
  return init;
}

Result<Init> start_stepwise(CloneContext& context) {
  // The grandchild becomes this process's child when the one between has ended.
  context.between_stays = !sys::prctl(sys::kPR_SET_CHILD_SUBREAPER, 1);
  auto pid = TRY_SYS("fork", {}, sys::portable::clone_process(sys::CloneFlags{}, sys::kSIGCHLD));
  if (pid == sys::Pid{0}) {
    context.channel->parent.reset();
    exit_with(context, between(context));
  }
  context.channel->child.reset();
  auto init = follow_between(context, pid);
  if (!init) kill_and_reap(pid);
  return init;
}

Result<Init> start_in_one_step(CloneContext& context, sys::Pid pid) {
  context.channel->child.reset();
  Init init{.pid = pid, .first = {}};
  if (!context.plan->namespaces.created.has(kUser)) return init;
  auto mapped = map_ids(context, pid);
  if (!mapped) {
    kill_and_reap(pid);
    return mapped.error();
  }
  return init;
}

}  // namespace

void kill_and_reap(sys::Pid pid) {
  (void)sys::kill(pid, sys::kSIGKILL);
  (void)wait_for(pid);
}

Result<Init> start_init(CloneContext& context) {
  const bool joins = !context.plan->namespaces.joins.empty();
  if (joins) return start_stepwise(context);
  const bool user = context.plan->namespaces.created.has(kUser);
  context.child.start = user ? Start::kAfterGo : Start::kAtOnce;
  auto pid = clone_or_leave_cgroup(context);
  if (!pid && is_missing(pid.error())) return start_stepwise(context);
  if (!pid) return system_error("clone3", "the container's first process", pid.error());
  if (*pid == sys::Pid{0}) {
    context.channel->parent.reset();
    child_main(context.child);
  }
  return start_in_one_step(context, *pid);
}

}  // namespace nosc::launch
