// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/cgroups/control.h"
#include "engine/rt/number.h"
#include "engine/rt/process_path.h"
#include "engine/state/record.h"
#include "engine/state/start_socket.h"
#include "syscalls/sys.h"

namespace nosc::state {
namespace {

// In the order of Status.
constexpr char kNames[][9] = {"creating", "created", "running", "paused", "stopped"};

constexpr int kStateField = 3;  // of /proc/PID/stat, counted from 1
constexpr int kStartTimeField = 22;
constexpr int kIgnoredSignalsField = 33;

// The field of that number. The second one, the name, may hold anything, but ends the last ")".
std::string_view field_of(std::string_view stat, int number) {
  const size_t name_end = stat.rfind(')');
  if (name_end == stat.npos) return {};
  stat.remove_prefix(name_end + 1);
  for (int field = 2; field < number; ++field) {
    stat.remove_prefix(std::min(stat.find(' '), stat.size() - 1) + 1);
  }
  return stat.substr(0, stat.find(' '));
}

}  // namespace

ProcessFacts facts_of(sys::Pid pid) {
  const auto file =
      sys::openat(sys::kCwd, ProcessPath(pid, "stat").path(), sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (!file) return {};
  char buffer[1024];
  const auto count = sys::read(file.borrow(), buffer);
  if (!count) return {};
  const std::string_view stat(buffer, *count);
  const std::string_view state = field_of(stat, kStateField);
  if (state == "Z" || state == "X") return {};
  const auto ignored = parse_decimal(field_of(stat, kIgnoredSignalsField), rt::kStandardSignals);
  return {.start_time = parse_decimal(field_of(stat, kStartTimeField)).value_or(0),
          .ignored_signals = static_cast<uint32_t>(ignored.value_or(rt::kStandardSignals))};
}

sys::Result<sys::Fd> open_process(const ProcessMark& mark) {
  auto process = sys::pidfd_open(mark.pid);
  if (process && !is_alive(mark)) return sys::kESRCH;
  return process;
}

cgroups::CgroupPlan cgroups_of(const Record& record, Arena& arena) {
  return cgroups::read_hierarchies(record.texts()[Text::kCgroups],
                                   record.progress().cgroup_kept_bytes, arena);
}

const char* status_name(Status status) { return kNames[static_cast<size_t>(status)]; }

Status status_of(const Record& record, sys::Fd* connection) {
  if (!record.has(kSetUp) && record.is_locked_elsewhere()) return Status::kCreating;
  if (!is_alive(record.progress().init)) return Status::kStopped;
  char first[1024] = {};  // enough for most, and no mapping to be made
  Arena arena(first);
  if (cgroups::is_frozen(cgroups_of(record, arena))) return Status::kPaused;
  auto connected = connect_to_start(record.root(), record.inode());
  if (!connected) return Status::kRunning;
  if (connection != nullptr) *connection = connected.take();
  return Status::kCreated;
}

}  // namespace nosc::state
