// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/clone.h"

#include <utility>

#include "engine/launch/last_stage.h"
#include "engine/rt/error.h"
#include "engine/rt/private_proc.h"
#include "engine/rt/step.h"
#include "engine/rt/undo.h"
#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

constexpr sys::NamespaceFlags kUser = sys::kCLONE_NEWUSER;

// The namespaces that clone makes: cgroup and time namespace have to wait (child.cc).
sys::NamespaceFlags cloned(const Plan& plan) {
  return plan.namespaces.created & ~(sys::kCLONE_NEWCGROUP | sys::kCLONE_NEWTIME);
}

bool is_denied(sys::Errno error) {
  return error == sys::kEACCES || error == sys::kEPERM || error == sys::kEOPNOTSUPP;
}

int wait_for(sys::Pid pid) {
  int status = 0;
  for (;;) {
    if (!sys::wait4(pid, &status).failed_with(sys::kEINTR)) return status;
  }
}

// The exit status that says what a wait status does: wait(2)'s two bytes, status and signal.
int exit_status_of(int wait_status) {
  const int signal = wait_status & 0x7f;
  return signal == 0 ? wait_status >> 8 & 0xff : 128 + signal;
}

// Does for a process that leaves the machine's user namespace what takes privileges in that one.
void use_privileges(const process::ProcessPlan& plan, sys::Pid pid) {
  process::raise_hard_limits(plan.rlimits, pid);
  process::lower_oom_score_adj(plan.oom, pid);
}

// Writes the id maps of the child's new user namespace and lets it go on.
void map_ids(CloneContext& context, sys::Pid child) {
  use_privileges(context.plan->process, child);
  namespaces::apply_mappings(context.plan->namespaces, child);
  or_fail(send_go(context.channel->parent), "send", "the container's set-up");
}

sys::Result<sys::Pid> clone_in_one_step(CloneContext& context) {
  sys::CloneArgs args{};
  args.flags = cloned(*context.plan) | sys::kCLONE_PIDFD;
  args.pidfd = reinterpret_cast<uintptr_t>(&context.pidfd);
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
  cgroups::leave_cgroup(context.plan->cgroup, *context.cgroup);
  return clone_in_one_step(context);
}

void unshare_user(const CloneContext& context) {
  if (!context.plan->namespaces.created.has(kUser)) return;
  begin_step(Step::kUserNamespace);
  or_fail(sys::unshare(kUser), Operation::kUnshare);
  send_event(context.channel->child, Event::kUnshared, sys::Pid{});
  or_fail(wait_for_go(context.channel->child), Operation::kNone);
}

// In a pid namespace that there is already, the container's processes see the set-up come.
void hide_from_neighbours(const Plan& plan) {
  if (!joins_processes(plan)) return;
  if (!plan.process.oom.text.empty()) {
    begin_step(Step::kProc);
    const sys::Fd proc = rt::open_proc(rt::VisibleProc::kHosts);
    process::apply_oom_score_adj(plan.process.oom, proc);
  }
  hide_from_tracers();
}

// The process between the parent and the container's first one.
[[noreturn]] void between(CloneContext& context) {
  report_failures_to(context.channel->child);
  // The container's first process joins, while it still may: the file is opened before others'
  // namespaces are joined.
  cgroups::open_unified_members(*context.cgroup);
  if (context.plan->namespaces.joined.has(kUser)) {
    use_privileges(context.plan->process, sys::getpid());
  }
  hide_from_neighbours(*context.plan);
  namespaces::apply_joins(context.plan->namespaces);
  unshare_user(context);
  begin_step(Step::kNewNamespaces);
  or_fail(sys::unshare(cloned(*context.plan) & ~kUser), Operation::kUnshare);
  begin_step(Step::kClone);
  const sys::Pid pid = or_fail(sys::portable::clone_process({}, sys::kSIGCHLD), Operation::kFork);
  if (pid == sys::Pid{0}) {
    context.child.start = Start::kAfterGo;
    context.child.is_stepwise = true;
    child_main(context.child);
  }
  send_event(context.channel->child, Event::kForked, pid);
  context.channel->child.reset();
  const int status = context.between_stays ? exit_status_of(wait_for(pid)) : 0;
  for (;;) (void)sys::exit_group(status);
}

// Waits until there is something to be received. The container's first process holds the channel
// open, and waits, whatever became of the process between.
void await_word(sys::BorrowedFd channel, sys::BorrowedFd between) {
  sys::Pollfd entries[] = {{.fd = channel.raw(), .events = sys::kPOLLIN, .revents = {}},
                           {.fd = between.raw(), .events = sys::kPOLLIN, .revents = {}}};
  while (sys::portable::ppoll(entries, nullptr, nullptr).failed_with(sys::kEINTR)) {
  }
  if (!entries[0].revents && entries[1].revents) {
    fail_system("start", "the container's first process", sys::kECHILD);
  }
}

// Talks with the process between until it has ended.
// Shape: `between_pid` is 0 when it has been waited for.
Init follow_between(CloneContext& context, sys::Pid& between_pid) {
  Init init;
  const auto between = sys::pidfd_open(between_pid);
  for (;;) {
    if (between) await_word(context.channel->parent, between.borrow());
    init.first = receive(context.channel->parent);
    if (init.first.event != Event::kUnshared) break;
    map_ids(context, between_pid);
  }
  const bool stays = context.between_stays && init.first.event == Event::kForked;
  if (!stays) (void)wait_for(std::exchange(between_pid, sys::Pid{0}));
  if (init.first.event == Event::kExecuted) {
    fail_system("start", "the container's first process", sys::kECHILD);
  }
  if (init.first.event == Event::kFailed) return init;
  init.pid = stays ? between_pid : init.first.pid;
  init.stands_for_another = stays;
  auto pidfd = sys::pidfd_open(init.pid);
  if (pidfd) init.pidfd = pidfd.take();
  or_fail(send_go(context.channel->parent), "send", "the container's set-up");
  return init;
}

Init start_stepwise(CloneContext& context) {
  // The grandchild becomes this process's child when the one between has ended.
  context.between_stays = !sys::prctl(sys::kPR_SET_CHILD_SUBREAPER, 1);
  sys::Pid pid =
      or_fail(sys::portable::clone_process({}, sys::kSIGCHLD), "fork", "the container's set-up");
  if (pid == sys::Pid{0}) {
    context.channel->parent.reset();
    between(context);
  }
  Undo end_between(kill_and_reap, &pid);
  context.channel->child.reset();
  Init init = follow_between(context, pid);
  end_between.dismiss();
  // The container's other orphans are not this process's to wait for.
  if (!context.between_stays) (void)sys::prctl(sys::kPR_SET_CHILD_SUBREAPER, 0);
  return init;
}

Init start_in_one_step(CloneContext& context, sys::Pid pid) {
  Undo end_child(kill_and_reap, &pid);
  context.channel->child.reset();
  if (context.plan->namespaces.created.has(kUser)) map_ids(context, pid);
  end_child.dismiss();
  return {.pid = pid, .pidfd = sys::Fd::adopt(context.pidfd), .first = {}};
}

}  // namespace

bool lacks_clone3(const sys::Result<sys::Pid>& result) {
  return result.failed_with(sys::kENOSYS) || result.failed_with(sys::kE2BIG);
}

void kill_and_reap(void* pid) {
  const sys::Pid child = *static_cast<const sys::Pid*>(pid);
  if (child == sys::Pid{0}) return;
  (void)sys::kill(child, sys::kSIGKILL);
  (void)wait_for(child);
}

Init start_init(CloneContext& context) {
  if (!context.plan->namespaces.joins.empty()) return start_stepwise(context);
  const bool user = context.plan->namespaces.created.has(kUser);
  context.child.start = user ? Start::kAfterGo : Start::kAtOnce;
  const auto pid = clone_or_leave_cgroup(context);
  if (lacks_clone3(pid)) return start_stepwise(context);
  or_fail(pid, "clone3", "the container's first process");
  if (*pid == sys::Pid{0}) {
    context.channel->parent.reset();
    child_main(context.child);
  }
  return start_in_one_step(context, *pid);
}

}  // namespace nosc::launch
