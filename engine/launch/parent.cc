// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/parent.h"

#include "engine/launch/clone.h"
#include "engine/launch/self.h"
#include "engine/launch/words.h"
#include "engine/rt/error.h"
#include "engine/rt/undo.h"
#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

// The directory that becomes the root must be one, and not a link to one: what is checked here and
// what is mounted later must be the same place. Its passwd tells the home of the user.
void prepare_rootfs(Plan& plan, Arena& arena) {
  if (plan.root_setup == RootSetup::kJoined) return;
  const mounts::RootRecord& root = plan.mounts.root;
  const char* path = root.kind == mounts::RootKind::kDirectory ? root.path : "/";
  const sys::Fd rootfs =
      or_fail(sys::openat(sys::kAT_FDCWD, sys::CStr::from_terminated(path),
                          sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_NOFOLLOW | sys::kO_CLOEXEC),
              "open", path, {kRootPlace});
  process::complete_home(plan.process, rootfs, arena);
}

void prepare(Foreground& foreground, Arena& arena) {
  Plan& plan = foreground.plan;
  process::close_descriptors_on_exec();
  prepare_rootfs(plan, arena);
  namespaces::open_joins(plan.namespaces);
  foreground.program =
      plan.payload == Payload::kReport ? open_self_copy(arena) : process::open_stub();
  foreground.channel = open_channel();
  console::hold_signals(foreground.signals);
  cgroups::apply_cgroup(plan.cgroup, foreground.cgroup);
}

// Waits until the program runs or a step has failed. A container with a terminal sends it before.
Failure await_exec(const Foreground& foreground, const Init& init, sys::Fd& terminal) {
  if (init.first.failure.failed()) return init.first.failure;
  const sys::BorrowedFd channel = foreground.channel.parent;
  // A child that failed before it had its terminal has left its record instead.
  if (foreground.plan.terminal == Terminal::kOwn && !message_is_next(channel)) {
    terminal = console::receive_terminal(channel);
  }
  const Message message = receive(channel);
  return message.event == Event::kExecuted ? Failure{} : message.failure;
}

bool is_refused_overlay(const Failure& failure, const Plan& plan) {
  return failure.step == Step::kRoot && plan.mounts.root.kind == mounts::RootKind::kHostOverlay;
}

std::optional<int> start_and_wait(Foreground& foreground, Arena& arena, uint64_t* started_us) {
  Plan& plan = foreground.plan;
  CloneContext context{
      .plan = &plan,
      .channel = &foreground.channel,
      .cgroup = &foreground.cgroup,
      .child = {.plan = &plan,
                .channel = foreground.channel.child.borrow(),
                .program = foreground.program.borrow(),
                .signals = &foreground.signals},
  };
  Init init = start_init(context);
  Undo end_init(kill_and_reap, &init.pid);
  if (init.pid == sys::Pid{0}) end_init.dismiss();
  sys::Fd terminal;
  const Failure failure = await_exec(foreground, init, terminal);
  if (is_refused_overlay(failure, plan)) return std::nullopt;
  if (failure.failed()) fail(describe_failure(failure, plan, arena));
  if (started_us != nullptr) *started_us = now_us();
  foreground.program.reset();
  namespaces::close_joins(plan.namespaces);
  const int status = console::wait_foreground(init.pid, init.pidfd, terminal);
  end_init.dismiss();
  return status;
}

}  // namespace

uint64_t now_us() {
  sys::Timespec now{};
  (void)sys::portable::clock_gettime(sys::kCLOCK_MONOTONIC, now);
  return static_cast<uint64_t>(now.sec) * 1000000 + static_cast<uint32_t>(now.nsec) / 1000;
}

Foreground::Foreground(Plan& plan) : plan(plan), no_cgroup(remove_cgroup, this) {}

void Foreground::remove_cgroup(void* foreground) {
  auto& self = *static_cast<Foreground*>(foreground);
  cgroups::remove_cgroup(self.plan.cgroup, self.cgroup);
}

std::optional<int> run_foreground(Foreground& foreground, Arena& arena, uint64_t* started_us) {
  prepare(foreground, arena);
  return start_and_wait(foreground, arena, started_us);
}

}  // namespace nosc::launch
