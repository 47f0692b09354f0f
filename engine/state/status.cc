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
constexpr int kFlagsField = 9;
constexpr int kStartTimeField = 22;
constexpr int kIgnoredSignalsField = 33;
constexpr size_t kLongestStatBytes = 1024;

// PF_FORKNOEXEC, which is no part of the kernel's interface but for proc(5): include/linux/sched.h.
constexpr uint64_t kForkedAndNotExecuted = 0x40;

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

// /proc/PID/stat; nothing of a process that is gone.
std::string_view read_stat(sys::Pid pid, std::span<char, kLongestStatBytes> buffer) {
  const ProcessPath path(pid, "stat");
  auto opened = sys::openat(sys::kCwd, path.path(), sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (opened.failed_with(sys::kENOENT) || opened.failed_with(sys::kESRCH)) return {};
  const sys::Fd file = or_fail(std::move(opened), "open", path.c_str());
  const auto count = sys::read(file, sys::MutableBytes(buffer.data(), buffer.size()));
  if (count.failed_with(sys::kESRCH)) return {};
  return {buffer.data(), or_fail(count, "read", path.c_str())};
}

}  // namespace

bool has_executed(sys::Pid pid) {
  char buffer[kLongestStatBytes];
  const auto flags = parse_decimal(field_of(read_stat(pid, buffer), kFlagsField));
  return !flags || (*flags & kForkedAndNotExecuted) == 0;
}

ProcessFacts facts_of(sys::Pid pid) {
  char buffer[kLongestStatBytes];
  const std::string_view stat = read_stat(pid, buffer);
  if (stat.empty()) return {};
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

Status status_of(Record& record, sys::Fd* connection) {
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
