// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/cgroup_commands.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

constexpr size_t kPidColumn = 8;

// What a process was started with, its words apart by spaces; nothing for one that has ended.
void write_command(sys::Pid pid, Writer& out) {
  BufferWriter<32> path;
  path.text("/proc/").decimal(static_cast<uint32_t>(sys::to_raw(pid))).text("/cmdline");
  path.character('\0');
  const auto file = sys::openat(sys::kCwd, sys::CStr::from_terminated(path.view().data()),
                                sys::kO_RDONLY | sys::kO_CLOEXEC);
  char buffer[1024];
  if (!file) return;
  const auto count = sys::read(file.borrow(), buffer);
  if (!count) return;
  for (size_t i = 0; i + 1 < *count; ++i) {
    // What a process calls itself never reaches the terminal as it is.
    out.escaped(buffer[i] == '\0' ? std::string_view(" ") : std::string_view(&buffer[i], 1));
  }
}

void write_table(std::span<const sys::Pid> pids, Writer& out) {
  out.text("PID     COMMAND\n");
  for (const sys::Pid pid : pids) {
    BufferWriter<12> number;
    number.decimal(static_cast<uint32_t>(sys::to_raw(pid)));
    out.text(number.view());
    for (size_t i = number.view().size(); i < kPidColumn; ++i) out.character(' ');
    write_command(pid, out);
    out.character('\n');
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
  open_target(line, environment, target);
  const auto pids = cgroups::list_processes(target.cgroup, *environment.arena);
  BufferWriter<1024> out(kStdout);
  format == OutputFormat::kJson ? write_json(pids, out) : write_table(pids, out);
  or_fail(out.flush(), "write", "stdout");
}

}  // namespace nosc::cli
