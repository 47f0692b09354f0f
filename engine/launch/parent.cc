// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/parent.h"

#include "engine/launch/clone.h"
#include "engine/launch/self.h"
#include "engine/launch/words.h"
#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

// What a foreground container holds in the parent while it lives.
struct Foreground {
  sys::Fd program;
  Channel channel;
  cgroups::Cgroup cgroup;
  console::HeldSignals signals;
};

// The directory that becomes the root must be one, and not a link to one: what is checked here and
// what is mounted later must be the same place. Its passwd tells the home of the user.
Result<void> prepare_rootfs(Plan& plan, Arena& arena) {
  if (plan.root_setup == RootSetup::kJoined) return {};
  const mounts::RootRecord& root = plan.mounts.root;
  const Place place{kRootPlace};
  const char* path = root.kind == mounts::RootKind::kDirectory ? root.path : "/";
  auto rootfs =
      TRY_SYS("open", path,
              sys::openat(sys::kAT_FDCWD, sys::CStr::from_terminated(path),
                          sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_NOFOLLOW | sys::kO_CLOEXEC),
              place);
  return process::complete_home(plan.process, rootfs, arena);
}

Result<void> prepare(Plan& plan, Foreground& foreground, Arena& arena) {
  TRY(process::close_descriptors_on_exec());
  TRY(prepare_rootfs(plan, arena));
  TRY(namespaces::open_joins(plan.namespaces));
  foreground.program =
      plan.payload == Payload::kReport ? TRY(open_self_copy(arena)) : TRY(process::open_stub());
  foreground.channel = TRY(open_channel());
  TRY(console::hold_signals(foreground.signals));
  return cgroups::apply_cgroup(plan.cgroup, foreground.cgroup);
}

// Waits until the program runs. A container with a terminal sends it before that.
Result<void> await_exec(Plan& plan, Foreground& foreground, const Init& init, sys::Fd& terminal,
                        Arena& arena) {
  if (init.first.failure.failed()) return describe_failure(init.first.failure, plan, arena);
  if (plan.terminal == Terminal::kOwn) {
    // A child that failed before that has left its record instead.
    if (!TRY(message_is_next(foreground.channel.parent))) {
      terminal = TRY(console::receive_terminal(foreground.channel.parent));
    }
  }
  const Message message = TRY(receive(foreground.channel.parent));
  if (message.event == Event::kExecuted) return {};
  return describe_failure(message.failure, plan, arena);
}

Result<int> start_and_wait(Plan& plan, Foreground& foreground, Arena& arena, Timing* timing) {
  CloneContext context{
      .plan = &plan,
      .channel = &foreground.channel,
      .cgroup = &foreground.cgroup,
      .child = {.plan = &plan,
                .channel = foreground.channel.child.borrow(),
                .program = foreground.program.borrow(),
                .signals = &foreground.signals},
  };
  const Init init = TRY(start_init(context));
  sys::Fd terminal;
  auto started = await_exec(plan, foreground, init, terminal, arena);
  if (!started) {
    if (init.pid != sys::Pid{0}) kill_and_reap(init.pid);
    return started.error();
  }
  if (timing != nullptr) timing->started_us = now_us();
  foreground.program.reset();
  namespaces::close_joins(plan.namespaces);
  return console::wait_foreground(init.pid, terminal);
}

}  // namespace

uint64_t now_us() {
  sys::Timespec now{};
  (void)sys::portable::clock_gettime(sys::kCLOCK_MONOTONIC, now);
  return static_cast<uint64_t>(now.sec) * 1000000 + static_cast<uint32_t>(now.nsec) / 1000;
}

Result<int> run_foreground(Plan& plan, Arena& arena, Timing* timing) {
  Foreground foreground;
  TRY(prepare(plan, foreground, arena));
  auto status = start_and_wait(plan, foreground, arena, timing);
  auto removed = cgroups::remove_cgroup(plan.cgroup, foreground.cgroup);
  if (!status) return status;
  if (!removed) return removed.error();
  return status;
}

}  // namespace nosc::launch
