// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "engine/cli/create.h"
#include "engine/cli/default_container.h"
#include "engine/cli/notify.h"
#include "engine/launch/parent.h"
#include "engine/launch/start.h"
#include "engine/state/start_socket.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

void print_verbose(const Plan& plan) {
  BufferWriter<1024> out(kStderr);
  nosc::print_plan(plan, out);
  (void)out.flush();
}

// Runs a container to its end, and ends with its status. Returns where the host doesn't grant the
// overlay that the plan makes its root of.
// Shape: `notify` is open_notify_socket()'s.
void run_foreground(launch::Launch& launch, const CommandLine& line, const Environment& environment,
                    sys::Fd notify = {}) {
  const bool verbose = line.has(Option::kVerbose);
  if (verbose) print_verbose(launch.plan);
  const uint64_t before_us = verbose ? launch::now_us() : 0;
  if (!launch::set_up(launch)) return;
  tell_process(line, launch.init, std::move(launch.pidfd_socket), launch.arena);
  const uint64_t started_us = verbose ? launch::now_us() : 0;
  if (launch.record != nullptr) {
    launch::finish_start(*launch.record, {}, launch.plan, launch.arena);
    pass_on_readiness_beside(std::move(notify), *launch.record, environment);
  }
  const int status = launch::wait(launch);
  if (verbose) {
    BufferWriter<128> out(kStderr);
    out.text("set up in ").decimal(started_us - before_us).text(" us, ran for ");
    out.decimal(launch::now_us() - started_us).text(" us\n");
    (void)out.flush();
  }
  if (line.has(Option::kKeep)) launch::let_go(launch);
  finish(status);
}

// Not every kernel and not every sandbox grants an overlay of the host's root; then everything is
// read-only.
void run_default(Plan& plan, const CommandLine& line, const Environment& environment) {
  {
    launch::Launch launch(plan, nullptr, *environment.arena);
    launch.pidfd_socket = connect_pidfd_socket(line);
    run_foreground(launch, line, environment);
  }
  Container container = plan_default_container(line, environment, RootAccess::kReadOnly);
  launch::Launch launch(container.plan, nullptr, *environment.arena);
  launch.pidfd_socket = connect_pidfd_socket(line);
  run_foreground(launch, line, environment);
}

}  // namespace

void run(const CommandLine& line, const Environment& environment) {
  Container container = load_container(line, environment);
  if (container.is_default) return run_default(container.plan, line, environment);
  const bool detached = line.has(Option::kDetach);
  state::Record record;
  launch::Launch launch(container.plan, &record, *environment.arena);
  launch.lifetime = detached ? launch::Lifetime::kDetached : launch::Lifetime::kForeground;
  Plan& plan = container.plan;
  if (plan.terminal == Terminal::kOwn && plan.terminal_size.rows == 0 && !detached) {
    (void)console::is_terminal(kStdin, plan.terminal_size);
  }
  begin_container(container, line, environment, launch);
  sys::Fd notify = open_notify_socket(record, environment);
  if (!detached) return run_foreground(launch, line, environment, std::move(notify));
  (void)launch::set_up(launch);
  tell_process(line, launch.init, std::move(launch.pidfd_socket), launch.arena);
  // Held by the container alone: where that is dead already, nobody can be connected to.
  launch.start_socket.reset();
  const sys::Fd connection = or_fail(state::connect_to_start(record.root(), record.inode()),
                                     "start container", record.id());
  launch::finish_start(record, launch::start_waiting(record, connection), container.plan,
                       launch.arena);
  launch::let_go(launch);
  if (!notify) return;
  record.unlock();
  pass_on_readiness(std::move(notify), record, launch.init.pid, environment);
}

void print_plan(const CommandLine& line, const Environment& environment) {
  // The id only names the cgroup; a plan needs none.
  CommandLine named = line;
  const bool has_bundle = named.has(Option::kBundle) || named.has(Option::kConfig);
  if (has_bundle && named.argument == nullptr) named.argument = "ID";
  const Container container = load_container(named, environment);
  BufferWriter<1024> out(kStdout);
  nosc::print_plan(container.plan, out);
  or_fail(out.flush(), "write", "stdout");
}

}  // namespace nosc::cli
