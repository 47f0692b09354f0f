// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/remove.h"

#include "engine/cgroups/control.h"
#include "engine/launch/words.h"
#include "engine/rt/error.h"
#include "engine/rt/waiting.h"
#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

constexpr int kWaitMs = 10;
constexpr int kWaits = 1000;  // ten seconds

// Processes that share their pid namespace with others outlive the first one, and a cgroup that was
// there before the container stays.
void kill_others(const state::Record& record, const cgroups::CgroupPlan& plan) {
  for (int i = 0; cgroups::kill_all(plan, sys::kSIGKILL); ++i) {
    if (i == kWaits) fail_system("kill processes of", record.id(), sys::kEBUSY);
    rt::sleep_ms(kWaitMs);
  }
}

void remove_cgroup(const state::Record& record, Arena& arena) {
  cgroups::CgroupPlan plan = state::cgroups_of(record, arena);
  // Of a container that was never complete: a first process that nobody wrote down ends by itself,
  // and whoever else is in there isn't the container's.
  const bool known = record.progress().init.pid != sys::Pid{0};
  if (known && !record.has(state::kOwnPids)) kill_others(record, plan);
  cgroups::remove_cgroup(plan, known ? cgroups::Occupants::kKilled : cgroups::Occupants::kLeft);
}

void run_poststop_hooks(const state::Record& record, const hooks::HookPlan& plan, Arena& arena) {
  const hooks::HookContext context{.texts = &record.texts(), .status = state::Status::kStopped};
  Plan words;
  words.hooks = plan;
  uint32_t index = 0;
  for (const hooks::HookRecord& hook : plan.of(hooks::Kind::kPoststop)) {
    const hooks::HookFailure failure = run_hook(hook, context);
    if (failure.failed()) {
      warn(describe_failure({Step::kPoststopHook, failure.operation, failure.error, index}, words,
                            arena));
    }
    ++index;
  }
}

}  // namespace

void kill_init(const state::Record& record) {
  const state::ProcessMark& init = record.progress().init;
  for (int i = 0; state::is_alive(init); ++i) {
    if (i == kWaits) fail_system("kill", record.id(), sys::kEBUSY);
    const auto process = state::open_process(init);
    if (process) {
      (void)sys::pidfd_send_signal(process.borrow(), sys::kSIGKILL);
      sys::Pollfd entry{.fd = process.borrow().raw(), .events = sys::kPOLLIN, .revents = {}};
      sys::Timespec duration{.sec = 0, .nsec = kWaitMs * 1'000'000};
      (void)sys::portable::ppoll({&entry, 1}, &duration, nullptr);
    } else if (process.failed_with(sys::kENOSYS)) {
      (void)sys::kill(init.pid, sys::kSIGKILL);
      rt::sleep_ms(kWaitMs);
    }
  }
}

void remove_container(state::Record& record, const hooks::HookPlan* hooks, Arena& arena) {
  remove_cgroup(record, arena);
  if (record.has(state::kHasRootMount)) {
    mounts::unmount_root(record.texts()[state::Text::kRootfs].data());
  }
  record.remove();
  if (hooks != nullptr) run_poststop_hooks(record, *hooks, arena);
}

}  // namespace nosc::launch
