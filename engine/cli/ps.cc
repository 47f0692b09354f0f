// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/cli/cgroup_commands.h"
#include "engine/rt/files.h"
#include "engine/rt/number.h"
#include "engine/rt/split.h"
#include "syscalls/sys.h"
#include "syscalls/sys/retry.h"

// The table is the host's ps's: its lines about the container's processes, in whatever columns the
// caller asks it for, as with runc.

namespace nosc::cli {
namespace {

constexpr sys::CStr kPrograms[] = {"/usr/bin/ps", "/bin/ps", "/run/current-system/sw/bin/ps"};
constexpr size_t kLargestOutputBytes = size_t{64} << 20;
constexpr int kMissing = 127;

// In the new process.
[[noreturn]] void execute_ps(char** argv, char** envp, sys::BorrowedFd output) {
  (void)sys::dup3(output, kStdout.raw());
  (void)sys::dup3(output, kStderr.raw());
  for (const sys::CStr program : kPrograms) (void)sys::execve(program, argv, envp);
  for (;;) (void)sys::exit_group(kMissing);
}

// What the host's ps prints.
// Errors: there is none; what it complains about.
std::string_view run_ps(std::span<char*> options, const Environment& environment) {
  Arena& arena = *environment.arena;
  static char name[] = "ps";
  static char everything[] = "-ef";
  const auto argv = arena.array<char*>(options.size() + 3);  // null-terminated
  argv[0] = name;
  argv[1] = everything;
  std::ranges::copy(options, argv.begin() + 1);
  const sys::Fd output = or_fail(sys::memfd_create("ps", sys::kMFD_CLOEXEC), "memfd_create", name);
  const sys::Pid pid = or_fail(sys::portable::clone_process({}, sys::kSIGCHLD), "fork", name);
  if (pid == sys::Pid{0}) execute_ps(argv.data(), environment.envp, output);
  sys::Siginfo info{};
  (void)sys::retry_eintr(
      [&] { return sys::waitid(sys::kP_PID, sys::to_raw(pid), &info, sys::kWEXITED); });
  or_fail(sys::lseek(output, 0, sys::kSEEK_SET), "seek", name);
  const auto text = read_to_end(output, name, kLargestOutputBytes, arena);
  if (info.status == kMissing)
    fail({.operation = "execute", .object = name, .text = "not installed"});
  if (info.status != 0) fail({.operation = name, .text = text.data()});
  return {text.data(), text.size()};
}

// A line's word of a number, counted from 0; nothing beyond the last.
std::string_view word_of(std::string_view line, size_t number) {
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::string_view word = line.substr(0, line.find(' '));
    if (word.empty() || number-- == 0) return word;
    line.remove_prefix(word.size());
  }
}

void write_table(std::string_view text, std::span<const sys::Pid> pids, Writer& out) {
  size_t column = 0;
  const std::string_view header = text.substr(0, text.find('\n'));
  while (word_of(header, column) != "PID") {
    if (word_of(header, column++).empty()) fail({.text = "no PID field in the output of ps"});
  }
  for (bool is_header = true; !text.empty(); is_header = false) {
    const std::string_view line = take_until(text, '\n');
    const auto pid = static_cast<sys::Pid>(parse_decimal(word_of(line, column)).value_or(0));
    if (is_header || std::ranges::find(pids, pid) != pids.end()) out.text(line).character('\n');
  }
}

void write_json(std::span<const sys::Pid> pids, Writer& out) {
  out.character('[');
  for (const sys::Pid& pid : pids) {
    if (&pid != pids.data()) out.character(',');
    out.decimal(static_cast<uint32_t>(sys::to_raw(pid)));
  }
  out.text("]\n");
}

}  // namespace

void ps(const CommandLine& line, const Environment& environment) {
  const OutputFormat format = output_format(line);
  Target target;
  open_target(line, environment, target, Stopped::kAllowed);
  const auto pids = cgroups::list_processes(target.cgroup, *environment.arena);
  BufferWriter<1024> out(kStdout);
  if (format == OutputFormat::kJson) {
    write_json(pids, out);
  } else {
    write_table(run_ps(line.program, environment), pids, out);
  }
  or_fail(out.flush(), "write", "stdout");
}

}  // namespace nosc::cli
