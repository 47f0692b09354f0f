// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/start.h"

#include "engine/launch/remove.h"
#include "engine/launch/words.h"
#include "engine/rt/error.h"
#include "engine/rt/waiting.h"
#include "engine/state/start_socket.h"
#include "syscalls/sys.h"
#include "syscalls/sys/retry.h"

namespace nosc::launch {

Failure start_waiting(const state::Record& record, sys::BorrowedFd connection) {
  // The hooks of the start may hang, and a container that would go on after them isn't started.
  const bool has_hooks = record.has(state::kHasStartContainer);
  if (has_hooks) or_fail(rt::take_interruptions(), "open", "signalfd");
  or_fail(sys::sendto(connection, sys::text("g"), sys::kMSG_NOSIGNAL), "start container",
          record.id());
  if (has_hooks && rt::wait_until_readable(connection, -1) == rt::Waited::kInterrupted) {
    kill_init(record);
    fail({.operation = "start container", .object = record.id(), .text = "interrupted"});
  }
  Failure failure;
  const auto count = sys::retry_eintr(
      [&] { return sys::read(connection, sys::MutableBytes(&failure, sizeof failure)); });
  state::remove_start_socket(record.root(), record.inode());
  if (!count) fail_system("start container", record.id(), count.error());
  return *count == sizeof failure ? failure : Failure{};
}

void finish_start(const state::Record& record, const Failure& failure, const Plan& plan,
                  Arena& arena) {
  Failure failed = failure;
  if (!failed.failed()) {
    const hooks::HookContext context{.texts = &record.texts(),
                                     .pid = record.progress().init.pid,
                                     .status = state::Status::kRunning};
    failed = run_hooks(plan.hooks.of(hooks::Kind::kPoststart), Step::kPoststartHook, context);
  }
  if (!failed.failed()) return;
  kill_init(record);
  fail(describe_failure(failed, plan, arena));
}

}  // namespace nosc::launch
