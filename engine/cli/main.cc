// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/cli/commands.h"
#include "engine/cli/log.h"
#include "engine/hooks/hooks.h"
#include "engine/process/stub/control.h"
#include "engine/rt/undo.h"
#include "syscalls/sys.h"
#include "syscalls/sys/auxv.h"

namespace nosc::cli {
namespace {

constexpr int kFailureStatus = 1;

// The statuses that callers tell causes by: of run as a shell has them, of exec another one than
// programs end with.
int exit_status_of(const Error& error, CommandId command) {
  if (command == CommandId::kExec) return 255;
  if (command != CommandId::kRun) return kFailureStatus;
  switch (error.code) {
    case ErrorCode::kNotFound: return 127;
    case ErrorCode::kNotExecutable: return 126;
    default: return kFailureStatus;
  }
}

using Command = void (*)(const CommandLine& line, const Environment& environment);

// In the order of CommandId; nullptr: not there yet.
constexpr Command kCommands[] = {
    run,        create,     start,  print_state, kill,    remove,  exec,
    list,       ps,         pause,  resume,      update,  events,  print_features,
    write_spec, print_plan, report, nullptr,     nullptr, nullptr,
};
static_assert(std::size(kCommands) == kCommandCount);

// The command line as far as it is understood: an error finds its log there.
constinit CommandLine command_line;

// What is decided in front of the command.
void check_globals(const CommandLine& line) {
  const std::string_view manager = line.option(Option::kCgroupManager, "cgroupfs");
  if (line.has(Option::kSystemdCgroup) || manager == "systemd") {
    fail({.code = ErrorCode::kUnsupported,
          .text = "the systemd cgroup driver is not supported yet: use --cgroup-manager cgroupfs"});
  }
  if (manager == "cgroupfs" || manager == "disabled") return;
  fail({.code = ErrorCode::kUsage, .operation = "unknown cgroup manager", .object = manager});
}

void carry_out(const CommandLine& line, const Environment& environment) {
  BufferWriter<1024> out(kStdout);
  if (line.has(Option::kVersion)) {
    write_version(out);
  } else if (line.has(Option::kHelp) && line.named && line.command != CommandId::kHelp) {
    write_command_help(line.command, out);
  } else if (line.has(Option::kHelp) || line.command == CommandId::kHelp) {
    write_help(out);
  } else {
    check_globals(line);
    const Command command = kCommands[static_cast<size_t>(line.command)];
    if (command != nullptr) return command(line, environment);
    fail({.code = ErrorCode::kUnsupported,
          .operation = command_name(line.command).data(),
          .text = "not supported yet"});
  }
  or_fail(out.flush(), "write", "stdout");
}

// Whatever is begun is taken back once its error is told.
void end_with(const Error& error) {
  log_error(command_line, error);
  finish(exit_status_of(error, command_line.command));
}

// Whoever starts nosc without standard streams would have its next descriptors taken for them.
// Errors: those of a machine without /dev/null.
void complete_streams() {
  sys::Pollfd streams[] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};
  sys::Timespec now{};
  (void)sys::portable::ppoll(streams, &now, nullptr);
  for (const sys::Pollfd& stream : streams) {
    if (!stream.revents.has(sys::kPOLLNVAL)) continue;
    // The lowest free number is the one that is missing.
    (void)or_fail(sys::openat(sys::kCwd, "/dev/null", sys::kO_RDWR), "open", "/dev/null").release();
  }
}

// Started as the last stage of a container, nosc has the set-up's channel open: closing it tells
// the waiting parent that the program runs. Returns the words of the command line itself.
std::span<char*> take_command_line(std::span<char*> arguments) {
  process::Control control;
  if (arguments.empty()) return arguments;
  if (!process::read_control(arguments[0], control)) return arguments.subspan(1);
  (void)sys::Fd::adopt(static_cast<int>(control.failure_fd));
  return arguments.subspan(std::min<size_t>(arguments.size(), 1 + control.candidate_count));
}

// The ids that the kernel gave this process when it started: asking again would be a call for each.
uint32_t auxiliary_id(char** envp, sys::AuxvType type) {
  const sys::AuxiliaryEntry* entry = sys::find_auxiliary(envp, type);
  return entry == nullptr ? 0 : static_cast<uint32_t>(entry->value);
}

// Tells who runs nosc.
// Errors: installed setuid, nosc would hand out the privileges of its owner (CVE-2016-8659).
Caller identify_caller(char** envp) {
  const Caller caller{.euid = auxiliary_id(envp, sys::kAT_EUID),
                      .egid = auxiliary_id(envp, sys::kAT_EGID)};
  if (caller.euid != auxiliary_id(envp, sys::kAT_UID) ||
      caller.egid != auxiliary_id(envp, sys::kAT_GID)) {
    fail({.text = "refuses to run setuid or setgid"});
  }
  return caller;
}

}  // namespace

const char* Environment::find(std::string_view name) const {
  for (char** entry = envp; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.size() > name.size() && text.starts_with(name) && text[name.size()] == '=') {
      return *entry + name.size() + 1;
    }
  }
  return nullptr;
}

void finish(int status) {
  Undo::all();
  for (;;) (void)sys::exit_group(status);
}

void main(std::span<char*> arguments, char** envp) {
  set_failure_handler(end_with);
  set_warning_handler(log_warning);
  complete_streams();
  hooks::set_own_environment(envp);
  // Enough for what reads a record and changes nothing: the kernel is asked for more by the others.
  char first[6 << 10] = {};
  Arena arena(first);
  const Environment environment{
      .argv = arguments.data(), .envp = envp, .arena = &arena, .caller = identify_caller(envp)};
  parse_command_line(take_command_line(arguments), command_line, arena);
  open_log(command_line);
  carry_out(command_line, environment);
  finish(0);
}

}  // namespace nosc::cli
