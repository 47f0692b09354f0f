// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/cli/commands.h"
#include "engine/process/stub/control.h"
#include "engine/rt/undo.h"
#include "syscalls/sys.h"
#include "syscalls/sys/auxv.h"

namespace nosc::cli {
namespace {

constexpr int kFailureStatus = 1;

int exit_status_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound: return 127;
    case ErrorCode::kNotExecutable: return 126;
    default: return kFailureStatus;
  }
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
    switch (line.command) {
      case CommandId::kRun: return run(line, environment);
      case CommandId::kSpec: return write_spec(line, environment);
      case CommandId::kPlan: return print_plan(line, environment);
      case CommandId::kReport: return report(line, environment);
      case CommandId::kHelp: break;
    }
  }
  or_fail(out.flush(), "write", "stdout");
}

void print_error(const Error& error) {
  BufferWriter<1024> out(kStderr);
  out.text("nosc: ");
  write_error(out, error);
  if (error.code == ErrorCode::kUsage) out.text(" (see nosc --help)");
  out.character('\n');
  (void)out.flush();
}

// Whatever is begun is taken back once its error is told.
void end_with(const Error& error) {
  print_error(error);
  finish(exit_status_of(error));
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
  Arena arena;
  const Environment environment{
      .argv = arguments.data(), .envp = envp, .arena = &arena, .caller = identify_caller(envp)};
  carry_out(parse_command_line(take_command_line(arguments)), environment);
  finish(0);
}

}  // namespace nosc::cli
