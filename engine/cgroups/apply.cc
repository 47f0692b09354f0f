// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <string_view>
#include <utility>

#include "engine/cgroups/cgroups.h"
#include "engine/cgroups/files.h"
#include "engine/cgroups/path.h"
#include "engine/host/host.h"
#include "engine/host/line_reader.h"
#include "engine/rt/process_path.h"
#include "engine/rt/split.h"
#include "engine/rt/step.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc::cgroups {
namespace {

constexpr sys::Mode kDirectoryMode = sys::Mode::from_bits(0755);
constexpr int kStepLimit = 4096;  // against others who remove a common parent again and again
constexpr size_t kMaximumCpuBytes = 1024;
constexpr size_t kLargestPathBytes = 4096;

// Makes what is missing of the path: from the deepest directory up to one that exists, and back.
sys::Errno make_directories(Hierarchy& hierarchy) {
  const std::span<char> path = hierarchy.path;
  size_t length = path.size();
  for (int step = 0; step < kStepLimit; ++step) {
    const size_t parent = parent_length(path, length);
    const auto made = sys::mkdirat(sys::kCwd, LeadingPart(path, length).c_str(), kDirectoryMode);
    if (made.failed_with(sys::kENOENT) && parent > hierarchy.mount_bytes) {
      length = parent;
      continue;
    }
    if (!made && made.error() != sys::kEEXIST) return made.error();
    if (made && parent < hierarchy.existing_bytes) {
      hierarchy.existing_bytes = static_cast<uint32_t>(parent);
    }
    if (length == path.size()) return {};
    length = child_length(path, length);
  }
  return sys::kENOENT;
}

bool is_permission(sys::Errno error) {
  return error == sys::kEACCES || error == sys::kEPERM || error == sys::kEROFS;
}

// What is done to one container must not happen to another: a cgroup that others are in is refused.
bool is_in_use(const Hierarchy& hierarchy, sys::BorrowedFd directory) {
  char buffer[256];
  if (!hierarchy.is_cgroup2()) return !read_text(directory, "cgroup.procs", buffer).empty();
  return read_text(directory, "cgroup.events", buffer).find("populated 1\n") !=
         std::string_view::npos;
}

// Whoever enters a frozen cgroup would stop in the middle of its set-up.
bool is_frozen(const Hierarchy& hierarchy, sys::BorrowedFd directory) {
  char buffer[256];
  if (hierarchy.is_cgroup2()) {
    return read_text(directory, "cgroup.events", buffer).find("frozen 1\n") !=
           std::string_view::npos;
  }
  const std::string_view state = read_text(directory, "freezer.state", buffer);
  return !state.empty() && state != "THAWED\n";
}

void require_vacant(const Hierarchy& hierarchy, sys::BorrowedFd directory, const Place& place) {
  if (is_in_use(hierarchy, directory)) {
    fail_system("container's cgroup is not empty:", hierarchy.text(), sys::kEBUSY, place);
  }
  if (is_frozen(hierarchy, directory)) {
    fail_system("container's cgroup unexpectedly frozen:", hierarchy.text(), sys::kEBUSY, place);
  }
}

// A new cpuset of version 1 is empty, and no process may enter it: it gets its parent's. So do
// those above it that others made and left empty.
void inherit_cpuset(const Hierarchy& hierarchy) {
  size_t length = hierarchy.mount_bytes;
  while (length != hierarchy.path.size()) {
    length = child_length(hierarchy.path, length);
    const auto directory = open_directory(LeadingPart(hierarchy.path, length).c_str());
    if (!directory) return;
    constexpr const char* kFiles[] = {"../cpuset.cpus", "../cpuset.mems"};
    for (const char* file : kFiles) {
      char buffer[1024];
      const sys::CStr own = sys::CStr::from_terminated(file + 3);
      if (read_text(directory.borrow(), own, buffer).size() > 1) continue;
      const std::string_view text =
          read_text(directory.borrow(), sys::CStr::from_terminated(file), buffer);
      (void)write_text(directory.borrow(), own, text);
    }
  }
}

// Whether a list such as "cpu io memory" has a word.
bool has_word(std::string_view list, std::string_view word) {
  for (size_t at = 0; (at = list.find(word, at)) != list.npos; ++at) {
    const size_t end = at + word.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] <= ' ')) return true;
  }
  return false;
}

// Enables controllers for the cgroup in every one above it, where it doesn't have them yet.
// Returns the last error; it counts if a limit's file is missing then.
sys::Errno enable_controllers(const Hierarchy& hierarchy, Controllers needed,
                              sys::BorrowedFd directory) {
  sys::Errno error;
  if (!needed) return error;
  char buffer[256];
  const std::string_view present = read_text(directory, "cgroup.controllers", buffer);
  for (int i = 0; i < kControllerCount; ++i) {
    const auto controller = static_cast<Controller>(i);
    const char* name = host::controller_name(controller);
    if (!needed.has(controller) || has_word(present, name)) continue;
    BufferWriter<16> text;
    text.character('+').text(name);
    for (size_t length = hierarchy.mount_bytes; length != hierarchy.path.size();
         length = child_length(hierarchy.path, length)) {
      const auto above = open_directory(LeadingPart(hierarchy.path, length).c_str());
      if (!above) break;
      const auto enabled = write_text(above.borrow(), "cgroup.subtree_control", text.view());
      // ENOENT is what the cgroups below answer to one that wasn't enabled above.
      if (enabled && enabled != sys::kENOENT) error = enabled;
    }
  }
  return error;
}

// Device rules are the host's to keep where the caller may make and open devices at all. A user
// namespace doesn't let it, and often not limit them either (as in runc and crun).
bool has_devices() { return sys::portable::geteuid() == sys::Uid{0} && !is_in_user_namespace(); }

sys::Errno write_record(sys::BorrowedFd directory, const WriteRecord& record) {
  const sys::CStr file = sys::CStr::from_terminated(record.file);
  if (record.kind != WriteKind::kKeepFirstWord && record.kind != WriteKind::kNotBelow) {
    return write_text(directory, file, record.value);
  }
  char buffer[64];
  std::string_view present = read_text(directory, file, buffer);
  present = present.substr(0, present.find_first_of(" \n"));
  if (record.kind == WriteKind::kNotBelow) {
    const bool longer = present.size() > record.value.size();
    const bool above = present.size() == record.value.size() && present > record.value;
    return longer || above ? sys::kEBUSY : sys::Errno{};
  }
  BufferWriter<128> text;
  text.text(present).text(record.value);
  return write_text(directory, file, text.view());
}

// Writes the limits of one hierarchy. Some depend on each other (a limit of memory on that of
// memory and swap, a quota on its period): what is refused at first is tried again at the end.
void write_limits(CgroupPlan& plan, size_t hierarchy, sys::BorrowedFd directory,
                  sys::Errno enabling) {
  for (const bool again : {false, true}) {
    bool skip = false;
    for (WriteRecord& record : plan.writes) {
      if (record.hierarchy != hierarchy || std::exchange(skip, false)) continue;
      if (again && !std::exchange(record.failed, false)) continue;
      const sys::Errno error = write_record(directory, record);
      skip = record.kind == WriteKind::kElseNext && error != sys::kENOENT;
      if (!error) continue;
      const bool missing = error == sys::kENOENT;
      const bool can_wait =
          record.kind == WriteKind::kElseNext || record.kind == WriteKind::kOptional;
      if (missing && can_wait) continue;
      if (record.kind == WriteKind::kDefaultDevice) continue;
      if (record.kind == WriteKind::kDevice && is_permission(error) && !has_devices()) continue;
      if (!again && (error == sys::kEINVAL || error == sys::kEBUSY)) {
        record.failed = true;
        continue;
      }
      if (missing && enabling) {
        fail_system("enable the controller of", record.file, enabling, record.place);
      }
      const bool check = record.kind == WriteKind::kNotBelow;
      fail_system(check ? "keep within" : "write", record.file, error, record.place);
    }
  }
}

constexpr Place kDevicesPlace{"/linux/resources/devices"};

void require_devices(const CgroupPlan& plan, sys::Errno error) {
  const DevicePlan& devices = plan.devices;
  if (devices.rules.empty() || devices.rules[0].is_default) return;
  if (is_permission(error) && !has_devices()) return;
  fail_system("limit devices", {}, error, kDevicesPlace);
}

// Gives a cgroup to the container's user, with the files that the kernel lists for it.
// Source: runtime-spec 1.3.0, config-linux.md, "Cgroup ownership"; cgroup-v2.rst, "Delegation".
void give_away(const CgroupPlan& plan, sys::BorrowedFd directory) {
  char buffer[1024];
  std::string_view files = read_text(sys::kCwd, "/sys/kernel/cgroup/delegate", buffer);
  if (files.empty()) files = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";
  std::string_view name = ".";
  for (;;) {
    BufferWriter<64> terminated;
    terminated.text(name);
    const auto given = sys::fchownat(directory, sys::CStr::from_terminated(terminated.terminated()),
                                     plan.owner, sys::kKeepGid);
    if (!given && given.error() != sys::kENOENT && given.error() != sys::kEPERM) {
      fail_system("change the owner of", name, given.error(), plan.place);
    }
    if (files.empty()) return;
    name = take_until(files, '\n');
  }
}

// Makes and limits the cgroup in one hierarchy. Returns what kept it from being made where it was
// done without.
sys::Errno apply_hierarchy(CgroupPlan& plan, size_t index, Cgroup& cgroup) {
  Hierarchy& hierarchy = plan.hierarchies[index];
  const std::string_view path = hierarchy.text();
  const sys::Errno error = make_directories(hierarchy);
  if (error) {
    if (plan.use == CgroupUse::kIfPermitted && is_permission(error)) {
      if (hierarchy.existing_bytes == path.size()) hierarchy.existing_bytes = kNotInIt;
      return error;
    }
    fail_system("create cgroup", path, error, plan.place);
  }
  sys::Fd directory = or_fail(open_directory(hierarchy.c_str()), "open cgroup", path, plan.place);
  if (hierarchy.existing_bytes == path.size()) require_vacant(hierarchy, directory, plan.place);
  sys::Errno enabling;
  if (hierarchy.controllers.has(Controller::kCpuset)) inherit_cpuset(hierarchy);
  if (hierarchy.is_cgroup2()) enabling = enable_controllers(hierarchy, plan.needed, directory);
  write_limits(plan, index, directory, enabling);
  if (!hierarchy.is_cgroup2()) {
    cgroup.members[index] = or_fail(open_members(directory), "open cgroup", path, plan.place);
    return {};
  }
  if (plan.has_owner) give_away(plan, directory);
  cgroup.directory = std::move(directory);
  return {};
}

void apply_devices(const CgroupPlan& plan, sys::BorrowedFd directory, FormerPrograms former) {
  if (plan.devices.program.empty()) return;
  const auto attached = attach_devices(plan.devices.program, directory, former);
  if (!attached) require_devices(plan, attached.error());
}

// Opens the cgroup of a process in cgroup2's hierarchy; nothing where it can't be found.
sys::Fd open_cgroup_of(sys::Pid pid, const Hierarchy& hierarchy) {
  const auto file =
      sys::openat(sys::kCwd, ProcessPath(pid, "cgroup").path(), sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (!file) return {};
  char lines[kLargestPathBytes];
  host::LineReader reader(file.borrow(), lines, SIZE_MAX);
  std::string_view line;
  while (reader.next(line)) {
    if (!line.starts_with("0::")) continue;
    BufferWriter<kLargestPathBytes> place;
    place.text(hierarchy.mount()).text(line.substr(3));
    auto opened = open_directory(sys::CStr::from_terminated(place.terminated()));
    if (opened && !place.truncated()) return opened.take();
  }
  return {};
}

}  // namespace

void apply_cgroup(CgroupPlan& plan, Cgroup& cgroup) {
  // Without a place for them device rules go unheeded only where there are no devices.
  if (plan.hierarchies.empty()) require_devices(plan, sys::kEPERM);
  if (plan.use == CgroupUse::kNone) return;
  auto former = FormerPrograms::kNone;
  for (size_t i = 0; i < plan.hierarchies.size(); ++i) {
    const sys::Errno error = apply_hierarchy(plan, i, cgroup);
    const Hierarchy& hierarchy = plan.hierarchies[i];
    if (hierarchy.is_cgroup2() && hierarchy.existing_bytes == hierarchy.path.size()) {
      former = FormerPrograms::kReplaced;
    }
    const bool keeps_devices = hierarchy.is_cgroup2()
                                   ? !plan.devices.program.empty()
                                   : hierarchy.controllers.has(Controller::kDevices);
    if (error && keeps_devices) require_devices(plan, error);
  }
  if (!cgroup.directory) return;
  apply_devices(plan, cgroup.directory, former);
  if (former == FormerPrograms::kNone) return;
  // Where others were killed by cgroup.kill, who is made in their cgroup may be taken for one of
  // them and be dead at once (seen with Linux 6.18). Whoever joins isn't.
  cgroup.members[0] = or_fail(open_members(cgroup.directory), "open cgroup",
                              plan.hierarchies[0].text(), plan.place);
  cgroup.directory.reset();
}

KeptBytes find_existing(const CgroupPlan& plan) {
  KeptBytes kept{};
  for (size_t i = 0; i < plan.hierarchies.size(); ++i) {
    const Hierarchy& hierarchy = plan.hierarchies[i];
    size_t length = parent_length(hierarchy.path, hierarchy.path.size());
    while (length > hierarchy.mount_bytes &&
           sys::faccessat(sys::kCwd, LeadingPart(hierarchy.path, length).c_str(), sys::kF_OK)
               .failed_with(sys::kENOENT)) {
      length = parent_length(hierarchy.path, length);
    }
    kept[i] = static_cast<uint16_t>(length);
  }
  return kept;
}

void apply_update(CgroupPlan& plan) {
  for (size_t i = 0; i < plan.hierarchies.size(); ++i) {
    const Hierarchy& hierarchy = plan.hierarchies[i];
    const sys::Fd directory =
        or_fail(open_directory(hierarchy.c_str()), "open cgroup", hierarchy.text());
    sys::Errno enabling;
    if (hierarchy.is_cgroup2()) enabling = enable_controllers(hierarchy, plan.needed, directory);
    write_limits(plan, i, directory, enabling);
    if (hierarchy.is_cgroup2()) apply_devices(plan, directory, FormerPrograms::kReplaced);
  }
}

void open_cgroup(const CgroupPlan& plan, sys::Pid member, Cgroup& cgroup) {
  for (size_t i = 0; i < plan.hierarchies.size(); ++i) {
    const Hierarchy& hierarchy = plan.hierarchies[i];
    const std::string_view path = hierarchy.text();
    auto opened = open_directory(hierarchy.c_str());
    if (opened.failed_with(sys::kENOENT)) continue;
    sys::Fd directory = or_fail(std::move(opened), "open cgroup", path);
    if (hierarchy.is_cgroup2()) {
      char controllers[64];
      const bool takes_none = member != sys::Pid{0} &&
                              !read_text(directory, "cgroup.subtree_control", controllers).empty();
      sys::Fd others = takes_none ? open_cgroup_of(member, hierarchy) : sys::Fd{};
      // Where that isn't found, the kernel refuses: nobody is to stay outside of the limits.
      cgroup.directory = others ? std::move(others) : std::move(directory);
    } else {
      cgroup.members[i] = or_fail(open_members(directory), "open cgroup", path);
    }
  }
}

void open_unified_members(Cgroup& cgroup) {
  if (!cgroup.directory) return;
  begin_step(Step::kJoinCgroup);
  // cgroup2's hierarchy is the first.
  cgroup.members[0] = or_fail(open_members(cgroup.directory), Operation::kOpen);
}

void join_cgroups(const Cgroup& cgroup, Processors processors) {
  bool joined = static_cast<bool>(cgroup.directory);
  for (size_t i = 0; i < std::size(cgroup.members); ++i) {
    if (!cgroup.members[i]) continue;
    begin_step(Step::kJoinCgroup, i);
    or_fail(sys::write(cgroup.members[i], sys::text("0")), Operation::kWrite);
    joined = true;
  }
  if (!joined || processors == Processors::kCallers) return;
  // A wish of the caller's, which the cgroup's own CPUs answer now. Not all kernels let one change
  // it, and what remains then is what they give.
  char all[kMaximumCpuBytes];
  memset(all, 0xff, sizeof all);
  (void)sys::sched_setaffinity(sys::Pid{0}, all);
}

}  // namespace nosc::cgroups
