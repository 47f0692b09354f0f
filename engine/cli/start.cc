// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/start.h"

#include <utility>

#include "engine/cli/container.h"
#include "engine/cli/notify.h"

namespace nosc::cli {
namespace {

// What errors and hooks need of the plan.
Plan reread(const state::Record& record, Arena& arena) {
  const spec::Config config = read_recorded_config(record, arena);
  Plan plan;
  plan.hooks = hooks::plan_hooks(config.hooks, arena);
  if (!config.process.args.empty()) plan.program = config.process.args[0];
  return plan;
}

sys::Fd connect_to_created(state::Record& record) {
  sys::Fd connection;
  const state::Status status = state::status_of(record, &connection);
  switch (status) {
    case state::Status::kCreated: return connection;
    case state::Status::kStopped: fail({.text = "cannot start a container that has stopped"});
    case state::Status::kRunning: fail({.text = "cannot start an already running container"});
    default:
      state::fail_about(
          "cannot start container", record.id(),
          status == state::Status::kPaused ? "while it is paused" : "while it is being created");
  }
}

}  // namespace

void start(const CommandLine& line, const Environment& environment) {
  Arena& arena = *environment.arena;
  state::Record record;
  open_record(line, environment, record);
  record.lock();
  const sys::Fd connection = connect_to_created(record);
  sys::Fd notify = open_notify_socket(record, environment);
  const Failure failure = launch::start_waiting(record, connection);
  if (failure.failed() || record.has(state::kHasPoststart)) {
    launch::finish_start(record, failure, reread(record, arena), arena);
  }
  if (!notify) return;
  record.unlock();
  pass_on_readiness(std::move(notify), record, record.progress().init.pid, environment);
}

}  // namespace nosc::cli
