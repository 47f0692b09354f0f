// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/create.h"

#include <utility>

#include "engine/cgroups/path.h"
#include "engine/cli/notify.h"
#include "engine/cli/pid_file.h"
#include "engine/launch/listener.h"
#include "engine/launch/remove.h"
#include "engine/launch/self.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

constexpr Place kTerminalPlace = {"/process/terminal"};

// A terminal has somebody who relays it: nosc while it is in the foreground, or whoever gets it.
void check_terminal(const Plan& plan, const CommandLine& line, launch::Lifetime lifetime) {
  const bool has_socket = line.has(Option::kConsoleSocket);
  const bool needs_socket =
      plan.terminal == Terminal::kOwn && lifetime == launch::Lifetime::kDetached;
  if (needs_socket && !has_socket) {
    fail_invalid(kTerminalPlace, "a detached container's terminal needs --console-socket");
  }
  if (has_socket && !needs_socket) {
    fail_invalid(kTerminalPlace, "--console-socket needs a terminal and a detached container");
  }
}

// A foreground container whose nosc was killed died with it: its id is free.
void take_over(sys::BorrowedFd root, std::string_view id, Arena& arena) {
  state::Record former;
  if (!former.try_open(root, id, arena) || !former.has(state::kForeground)) return;
  if (!former.try_lock() || state::is_alive(former.progress().init)) return;
  delete_container(former, arena);
}

uint32_t flags_of(const Plan& plan, const CommandLine& line, const Environment& environment,
                  launch::Lifetime lifetime) {
  uint32_t flags = environment.find("NOTIFY_SOCKET") == nullptr ? 0 : state::kHasNotify;
  const bool waits = lifetime == launch::Lifetime::kForeground;
  if (waits && !line.has(Option::kKeep)) flags |= state::kForeground;
  if (plan.hooks.has(hooks::Kind::kStartContainer)) flags |= state::kHasStartContainer;
  if (plan.hooks.has(hooks::Kind::kPoststart)) flags |= state::kHasPoststart;
  if (plan.hooks.has(hooks::Kind::kPoststop)) flags |= state::kHasPoststop;
  if (plan.namespaces.created.has(sys::kCLONE_NEWPID)) flags |= state::kOwnPids;
  return flags;
}

}  // namespace

sys::Fd connect_console(const Plan& plan, const CommandLine& line, launch::Lifetime lifetime) {
  check_terminal(plan, line, lifetime);
  if (!line.has(Option::kConsoleSocket)) return {};
  return launch::connect_to(line.option(Option::kConsoleSocket));
}

sys::Fd connect_pidfd_socket(const CommandLine& line) {
  if (!line.has(Option::kPidfdSocket)) return {};
  return launch::connect_to(line.option(Option::kPidfdSocket));
}

void tell_process(const CommandLine& line, const launch::Init& process, sys::Fd pidfd_socket,
                  Arena& arena) {
  if (pidfd_socket) {
    if (!process.pidfd) fail_system("open", "pidfd", sys::kENOSYS);  // before Linux 5.3
    or_fail(console::send_descriptor(pidfd_socket, process.pidfd), "send", "pidfd");
  }
  if (line.has(Option::kPidFile)) {
    write_pid_file(line.option(Option::kPidFile), process.pid, arena);
  }
}

void begin_container(const Container& container, const CommandLine& line,
                     const Environment& environment, launch::Launch& launch) {
  const Plan& plan = container.plan;
  // Neighbours in a joined pid namespace, or those that hooks make, could open the file that the
  // set-up runs from.
  if (plan.namespaces.joined.has(sys::kCLONE_NEWPID) ||
      plan.hooks.has(hooks::Kind::kStartContainer)) {
    launch::continue_in_copy(environment.argv, environment.envp);
  }
  launch.console_socket = connect_console(plan, line, launch.lifetime);
  launch.pidfd_socket = connect_pidfd_socket(line);
  sys::Fd root = state::make_root(state_root(line, environment), environment.caller.euid);
  take_over(root, plan.id, launch.arena);
  launch.record->create(std::move(root), container.texts,
                        {.flags = flags_of(plan, line, environment, launch.lifetime),
                         .cgroup_kept_bytes = cgroups::find_existing(plan.cgroup),
                         .init = {}});
  make_notify_directory(*launch.record);
}

void create(const CommandLine& line, const Environment& environment) {
  Container container = load_container(line, environment);
  if (container.is_default) fail({.code = ErrorCode::kUsage, .text = "needs a container ID"});
  state::Record record;
  launch::Launch launch(container.plan, &record, *environment.arena);
  launch.lifetime = launch::Lifetime::kDetached;
  begin_container(container, line, environment, launch);
  (void)launch::set_up(launch);
  tell_process(line, launch.init, std::move(launch.pidfd_socket), launch.arena);
  launch::let_go(launch);
}

}  // namespace nosc::cli
