// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "engine/cli/container.h"
#include "engine/cli/create.h"
#include "engine/cli/log.h"
#include "engine/cli/subcgroup.h"
#include "engine/launch/enter.h"
#include "engine/launch/self.h"
#include "engine/rt/files.h"
#include "engine/rt/number.h"
#include "engine/rt/paths.h"
#include "engine/rt/process_path.h"
#include "engine/rt/undo.h"
#include "engine/spec/parse.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

constexpr size_t kLargestProcessBytes = size_t{16} << 20;
constexpr uint64_t kLargestId = UINT32_MAX - 1;  // the next one means "leave it"

[[noreturn]] void fail_value(const char* text, std::string_view value) {
  fail({.code = ErrorCode::kUsage, .operation = text, .object = value});
}

uint32_t parse_id(std::string_view text, std::string_view whole, const char* what) {
  // Read to its end or not at all: what begins like another user's number isn't that user.
  const std::optional<uint64_t> id = parse_decimal(text, kLargestId);
  if (!id) fail_value(what, whole);
  return static_cast<uint32_t>(*id);
}

// UID or UID:GID; empty: as it is. Source: CVE-2026-30892 for what comes of reading a part of it.
void choose_user(std::string_view text, spec::User& user) {
  constexpr const char* kWhat = "user is neither UID nor UID:GID:";
  if (text.empty()) return;
  const size_t colon = text.find(':');
  user.uid = parse_id(text.substr(0, colon), text, kWhat);
  if (colon != text.npos) user.gid = parse_id(text.substr(colon + 1), text, kWhat);
}

size_t count_of(const CommandLine& line, Option option) {
  size_t count = 0;
  for (const RepeatedOption& given : line.repeated) count += given.option == option ? 1 : 0;
  return count;
}

// A list with the values of an option behind what was there.
spec::Strings with_values(spec::Strings before, const CommandLine& line, Option option,
                          Arena& arena) {
  const auto all = arena.array<std::string_view>(before.size() + count_of(line, option));
  auto* next = std::copy(before.begin(), before.end(), all.begin()).base();
  for (const RepeatedOption& given : line.repeated) {
    if (given.option == option) *next++ = given.value;
  }
  return all;
}

spec::Strings choose_environment(spec::Strings before, const CommandLine& line, Arena& arena) {
  for (const RepeatedOption& given : line.repeated) {
    const std::string_view value = given.value;
    if (given.option != Option::kEnv || (value.find('=') != value.npos && value[0] != '='))
      continue;
    fail_value("environment variable is not NAME=VALUE:", value);
  }
  return with_values(before, line, Option::kEnv, arena);
}

void choose_groups(const CommandLine& line, spec::User& user, Arena& arena) {
  const auto before = user.additional_gids;
  const size_t count = before.size() + count_of(line, Option::kAdditionalGids);
  const auto all = arena.array<uint32_t>(count);
  std::copy(before.begin(), before.end(), all.begin());
  size_t next = before.size();
  for (const RepeatedOption& given : line.repeated) {
    if (given.option != Option::kAdditionalGids) continue;
    all[next++] = parse_id(given.value, given.value, "additional group is no GID:");
  }
  user.additional_gids = all;
}

// Never the inheritable set: a program of another user would get them by its file (CVE-2022-29162).
// The ambient one only where the container has inheritable capabilities of its own choice, for
// what is not inheritable can't be ambient.
void add_capabilities(const CommandLine& line, spec::Capabilities& capabilities, Arena& arena) {
  for (spec::Strings* set :
       {&capabilities.bounding, &capabilities.effective, &capabilities.permitted}) {
    *set = with_values(*set, line, Option::kCap, arena);
  }
  if (capabilities.inheritable.empty()) return;
  capabilities.ambient = with_values(capabilities.ambient, line, Option::kCap, arena);
}

// What the command line says otherwise.
void change_process(const CommandLine& line, spec::Process& process, Arena& arena) {
  process.env = choose_environment(process.env, line, arena);
  if (line.has(Option::kTty)) process.terminal = true;
  if (line.has(Option::kCwd)) process.cwd = line.option(Option::kCwd);
  if (!process.cwd.starts_with('/')) fail_value("working directory is not absolute:", process.cwd);
  if (line.has(Option::kUser)) choose_user(line.option(Option::kUser), process.user);
  if (line.has(Option::kNoNewPrivs)) process.no_new_privileges = true;
  if (line.has(Option::kApparmor)) process.apparmor_profile = line.option(Option::kApparmor);
  if (line.has(Option::kProcessLabel)) process.selinux_label = line.option(Option::kProcessLabel);
  choose_groups(line, process.user, arena);
  add_capabilities(line, process.capabilities, arena);
}

// A process of a file of its own has from the container what the file leaves out.
void replace_process(const char* path, spec::Process& process, Arena& arena) {
  const spec::Process former = process;
  process = spec::parse_process(read_file(path, kLargestProcessBytes, arena), path, arena);
  if (!process.capabilities.present) process.capabilities = former.capabilities;
  if (process.rlimits.empty()) process.rlimits = former.rlimits;
  if (!process.oom_score_adj) process.oom_score_adj = former.oom_score_adj;
  if (!process.user.umask) process.user.umask = former.user.umask;
  if (process.apparmor_profile.empty()) process.apparmor_profile = former.apparmor_profile;
  if (process.selinux_label.empty()) process.selinux_label = former.selinux_label;
  if (!process.scheduler.present) process.scheduler = former.scheduler;
  if (!process.io_priority.present) process.io_priority = former.io_priority;
}

// The process of a file, or the container's own with another command, and in both the options.
void describe_process(const CommandLine& line, spec::Process& process, Arena& arena) {
  const char* file = line.option(Option::kProcess);
  if (file == nullptr) {
    if (line.program.empty()) {
      fail({.code = ErrorCode::kUsage, .text = "exec needs a command, or --process"});
    }
    const auto args = arena.array<std::string_view>(line.program.size());
    std::copy(line.program.begin(), line.program.end(), args.begin());
    process.args = args;
    process.terminal = false;
    process.console_size = {};
  } else if (!line.program.empty()) {
    fail_value("--process names the command; unexpected", line.program[0]);
  } else {
    replace_process(file, process, arena);
  }
  change_process(line, process, arena);
}

// The status of a container that isn't about to be another one: what is being created is waited
// for.
state::Status settled_status(state::Record& record) {
  const state::Status status = state::status_of(record);
  if (status != state::Status::kCreating) return status;
  record.lock();
  record.unlock();
  return state::status_of(record);
}

void require_enterable(state::Record& record, const CommandLine& line) {
  switch (settled_status(record)) {
    case state::Status::kCreated:
    case state::Status::kRunning: return;
    case state::Status::kPaused:
      if (line.has(Option::kIgnorePaused)) return;
      fail({.text = "cannot exec in a paused container (use --ignore-paused to override)"});
    case state::Status::kCreating:
      fail({.text = "cannot exec in a container that is being created"});
    case state::Status::kStopped:
      fail({.text = "cannot exec in a stopped container: container not running"});
  }
}

// Tells the program its user's home, which is written in the root directory that the container's
// first process has. Without it there is a default.
// Pre: /proc is the host's.
void complete_home(sys::Pid init, process::ProcessPlan& plan, Arena& arena) {
  const auto root = sys::openat(sys::kCwd, ProcessPath(init, "root").path(),
                                sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC);
  if (root) process::complete_home(plan, root.borrow(), arena);
}

launch::PreservedFds preserved_fds(const CommandLine& line) {
  const char* text = line.option(Option::kPreserveFds, "0");
  const std::optional<uint64_t> count = parse_decimal(text, 1 << 16);
  if (!count) fail_value("number of descriptors is wrong:", text);
  constexpr const char* kOperation = "preserve descriptors, of which there are";
  launch::PreservedFds preserved{.count = static_cast<uint32_t>(*count)};
  for (uint32_t i = 0; i < preserved.count; ++i) {
    const auto fd = sys::BorrowedFd::from_raw(static_cast<int>(preserved.kFirst + i));
    const auto flags = sys::portable::fcntl(fd, sys::kF_GETFD);
    // One that closes at exec is nosc's own.
    if (flags && (*flags & sys::kFD_CLOEXEC) == 0) continue;
    // Engines leave holes, but the last one they mean.
    if (i + 1 == preserved.count || i >= 64) fail_system(kOperation, text, sys::kEBADF);
    preserved.holes |= uint64_t{1} << i;
  }
  return preserved;
}

}  // namespace

void exec(const CommandLine& line, const Environment& environment) {
  Arena& arena = *environment.arena;
  const launch::PreservedFds preserved = preserved_fds(line);
  state::Record record;
  open_record(line, environment, record);
  require_enterable(record, line);
  spec::Config config = read_recorded_config(record, arena);
  describe_process(line, config.process, arena);
  Plan plan = make_exec_plan(
      config, {.id = record.id(), .bundle = {}, .host = probe_host_for(config, environment)},
      arena);
  const sys::Fd stub = process::open_stub();
  const launch::Birth birth = launch::birth_of(plan, stub);
  if (birth == launch::Birth::kDone) {
    launch::continue_in_copy(environment.argv, environment.envp);
  }
  for (const Error& warning : plan.capabilities.warnings) log_warning(warning);
  const bool detached = line.has(Option::kDetach);
  // Relayed, it is as large as the terminal that it is shown on.
  if (!detached && plan.terminal_size.rows == 0) {
    (void)console::is_terminal(kStdin, plan.terminal_size);
  }
  const sys::Fd console = connect_console(
      plan, line, detached ? launch::Lifetime::kDetached : launch::Lifetime::kForeground);
  sys::Fd pidfd_socket = connect_pidfd_socket(line);
  complete_home(record.progress().init.pid, plan.process, arena);
  const auto container = state::open_process(record.progress().init);
  // Its namespaces are joined by pidfd, since 5.8.
  if (container.failed_with(sys::kENOSYS)) fail_system("enter", "container", container.error());
  if (!container) fail({.text = "cannot exec in a stopped container: container not running"});
  launch::Entry entry{.plan = plan,
                      .record = record,
                      .container = container.borrow(),
                      .console_socket = console,
                      .preserved_fds = preserved,
                      .cgroup = open_subcgroup(record, line, arena),
                      .program = stub,
                      .birth = birth};
  launch::enter(entry, arena);
  Undo end_process(launch::kill_and_reap, &entry.init.pid);
  tell_process(line, entry.init, std::move(pidfd_socket), arena);
  end_process.dismiss();
  if (detached) return;
  finish(console::wait_foreground(entry.init.pid, entry.init.pidfd, entry.terminal));
}

}  // namespace nosc::cli
