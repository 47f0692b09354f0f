// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/control.h"

#include <algorithm>

#include "engine/cgroups/files.h"
#include "engine/host/directory.h"
#include "engine/host/line_reader.h"
#include "engine/rt/files.h"
#include "engine/rt/number.h"
#include "engine/rt/split.h"
#include "engine/rt/waiting.h"
#include "syscalls/sys.h"

namespace nosc::cgroups {
namespace {

constexpr int kDeepest = 32;  // levels of cgroups that a container made for itself
constexpr size_t kFileLimitBytes = size_t{16} << 20;

sys::Result<sys::Fd> open_in(const Hierarchy& hierarchy) {
  return open_directory(hierarchy.c_str());
}

// The directory of cgroup2's hierarchy, or that with the controller; of kOther: any.
sys::Fd open_home(const CgroupPlan& plan, Controller controller) {
  sys::Fd found;
  for (const Hierarchy& hierarchy : plan.hierarchies) {
    const bool fits = controller == Controller::kOther || hierarchy.controllers.has(controller);
    if (!hierarchy.is_cgroup2() && !fits) continue;
    auto opened = open_in(hierarchy);
    if (opened) return opened.take();
  }
  return found;
}

// Collects the processes in a cgroup and beneath it, as many as there is room for, counts them all,
// and sends each a signal, unless that is 0.
struct Processes {
  std::span<sys::Pid> pids = {};
  sys::Signal signal{};
  size_t count = 0;
};

void visit_processes(sys::BorrowedFd directory, int depth, Processes& found) {
  const auto members = sys::openat(directory, "cgroup.procs", sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (members) {
    char buffer[512];
    host::LineReader reader(members.borrow(), buffer, SIZE_MAX);
    std::string_view line;
    while (reader.next(line)) {
      const auto number = parse_decimal(line, INT32_MAX);
      // 0 stands for a process outside of the caller's pid namespace.
      if (!number || *number == 0) continue;
      const sys::Pid pid{static_cast<int>(*number)};
      if (found.count < found.pids.size()) found.pids[found.count] = pid;
      ++found.count;
      if (found.signal != sys::Signal{}) (void)sys::kill(pid, found.signal);
    }
  }
  const auto listed =
      sys::openat(directory, ".", sys::kO_RDONLY | sys::kO_DIRECTORY | sys::kO_CLOEXEC);
  if (!listed || depth == 0) return;
  host::DirectoryReader reader(listed.borrow());
  while (const char* name = reader.next_directory()) {
    const auto child = sys::openat(listed.borrow(), sys::CStr::from_terminated(name),
                                   sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC);
    if (child) visit_processes(child.borrow(), depth - 1, found);
  }
}

// The hierarchy that freezes: the file to write to and the words for it.
struct Freezer {
  sys::Fd directory;
  bool v2 = false;
};

Freezer open_freezer(const CgroupPlan& plan) {
  Freezer freezer;
  for (const Hierarchy& hierarchy : plan.hierarchies) {
    if (!hierarchy.is_cgroup2() && !hierarchy.controllers.has(Controller::kFreezer)) continue;
    auto opened = open_in(hierarchy);
    if (!opened) continue;
    const char* file = hierarchy.is_cgroup2() ? "cgroup.freeze" : "freezer.state";
    // Before 5.2 cgroup2 can't.
    const auto found =
        sys::faccessat(opened.borrow(), sys::CStr::from_terminated(file), sys::kF_OK);
    if (found.failed_with(sys::kENOENT)) continue;
    freezer.v2 = hierarchy.is_cgroup2();
    freezer.directory = opened.take();
    return freezer;
  }
  return freezer;
}

sys::Errno write_freezing(const Freezer& freezer, Freezing wanted) {
  const bool frozen = wanted == Freezing::kFrozen;
  if (freezer.v2) return write_text(freezer.directory, "cgroup.freeze", frozen ? "1" : "0");
  return write_text(freezer.directory, "freezer.state", frozen ? "FROZEN" : "THAWED");
}

bool has_reached(const Freezer& freezer, Freezing wanted) {
  char buffer[256];
  if (!freezer.v2) {
    const std::string_view state = read_text(freezer.directory, "freezer.state", buffer);
    return state == (wanted == Freezing::kFrozen ? "FROZEN\n" : "THAWED\n");
  }
  const std::string_view events = read_text(freezer.directory, "cgroup.events", buffer);
  return find_number(events, "frozen") == (wanted == Freezing::kFrozen ? 1U : 0U);
}

// Returns false when two seconds didn't do.
bool reach(const Freezer& freezer, Freezing wanted) {
  for (int wait_ms = kFirstWaitMs; !has_reached(freezer, wanted); wait_ms *= 2) {
    if (wait_ms > kLastWaitMs) return false;
    rt::sleep_ms(wait_ms);
  }
  return true;
}

}  // namespace

std::span<const sys::Pid> list_processes(const CgroupPlan& plan, Arena& arena) {
  const sys::Fd directory = open_home(plan, Controller::kOther);
  if (!directory) return {};
  Processes found;
  visit_processes(directory, kDeepest, found);
  found.pids = arena.array<sys::Pid>(found.count + 64);  // some may be born meanwhile
  found.count = 0;
  visit_processes(directory, kDeepest, found);
  return found.pids.first(std::min(found.count, found.pids.size()));
}

bool kill_all(const CgroupPlan& plan, sys::Signal signal) {
  const sys::Fd directory = open_home(plan, Controller::kFreezer);
  if (!directory) return false;
  const bool killing = signal == sys::kSIGKILL;
  Processes found{.signal = killing ? sys::Signal{} : signal};
  visit_processes(directory, kDeepest, found);
  if (!killing) return found.count != 0;
  const bool at_once = !write_text(directory, "cgroup.kill", "1");
  const Freezer freezer = open_freezer(plan);
  if (!at_once) {
    // Frozen, none can make others while it is killed.
    if (freezer.directory && !write_freezing(freezer, Freezing::kFrozen)) {
      (void)reach(freezer, Freezing::kFrozen);
    }
    found.signal = signal;
    visit_processes(directory, kDeepest, found);
  }
  // The dead have to run once more to go, and version 1's freezer would hold them.
  for (const Hierarchy& hierarchy : plan.hierarchies) {
    if (!hierarchy.controllers.has(Controller::kFreezer)) continue;
    const auto opened = open_in(hierarchy);
    if (opened) (void)write_text(opened.borrow(), "freezer.state", "THAWED");
  }
  if (!at_once && freezer.directory) (void)write_freezing(freezer, Freezing::kThawed);
  return found.count != 0;
}

void set_freezing(const CgroupPlan& plan, Freezing wanted) {
  const Freezer freezer = open_freezer(plan);
  const bool frozen = wanted == Freezing::kFrozen;
  const char* operation = frozen ? "freeze" : "thaw";
  std::string_view path;
  if (!plan.hierarchies.empty()) path = plan.hierarchies[0].text();
  if (!freezer.directory) {
    fail({.code = ErrorCode::kUnsupported,
          .operation = operation,
          .object = path,
          .text = "the container has no cgroup that can"});
  }
  const sys::Errno error = write_freezing(freezer, wanted);
  if (error) fail_system(operation, path, error);
  if (reach(freezer, wanted)) return;
  if (frozen) (void)write_freezing(freezer, Freezing::kThawed);
  fail_system(operation, path, sys::kEBUSY);
}

bool is_frozen(const CgroupPlan& plan) {
  const Freezer freezer = open_freezer(plan);
  if (!freezer.directory) return false;
  char buffer[64];
  if (freezer.v2) return read_text(freezer.directory, "cgroup.freeze", buffer).starts_with('1');
  return read_text(freezer.directory, "freezer.state", buffer).starts_with('F');
}

Version version_of(const CgroupPlan& plan, Controller controller) {
  auto version = Version::kNone;
  for (const Hierarchy& hierarchy : plan.hierarchies) {
    if (hierarchy.controllers.has(controller)) return Version::kV1;
    if (hierarchy.is_cgroup2()) version = Version::kV2;
  }
  return version;
}

std::string_view read_cgroup_file(const CgroupPlan& plan, Controller controller, const char* file,
                                  Arena& arena) {
  for (const Hierarchy& hierarchy : plan.hierarchies) {
    const bool v1 = version_of(plan, controller) == Version::kV1;
    if (v1 ? !hierarchy.controllers.has(controller) : !hierarchy.is_cgroup2()) continue;
    const auto directory = open_in(hierarchy);
    if (!directory) return {};
    const auto opened = sys::openat(directory.borrow(), sys::CStr::from_terminated(file),
                                    sys::kO_RDONLY | sys::kO_CLOEXEC);
    if (!opened) return {};
    const auto text = read_to_end(opened.borrow(), file, kFileLimitBytes, arena);
    return {text.data(), text.size()};
  }
  return {};
}

std::optional<uint64_t> find_number(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (!key.empty() && take_until(line, ' ') != key) continue;
    const std::string_view value = take_until(line, ' ');
    if (value == "max") return UINT64_MAX;
    return parse_decimal(value);
  }
  return std::nullopt;
}

}  // namespace nosc::cgroups
