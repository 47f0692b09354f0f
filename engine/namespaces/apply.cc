// SPDX-License-Identifier: Apache-2.0
#include "engine/namespaces/namespaces.h"
#include "engine/rt/rooted.h"
#include "engine/rt/step.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc::namespaces {
namespace {

constexpr Place kUidMappings = {"/linux/uidMappings"};
constexpr Place kGidMappings = {"/linux/gidMappings"};

// The helpers, where the distributions install them. Never looked for in PATH: they are set-user-id
// programs, and the caller's environment has no say in which program that is.
constexpr sys::CStr kUidHelpers[] = {"/usr/bin/newuidmap", "/run/wrappers/bin/newuidmap"};
constexpr sys::CStr kGidHelpers[] = {"/usr/bin/newgidmap", "/run/wrappers/bin/newgidmap"};

// The ones that parameters belong to.
sys::CStr own_namespace(sys::NamespaceFlags type) {
  if (type == sys::kCLONE_NEWNET) return "/proc/self/ns/net";
  if (type == sys::kCLONE_NEWIPC) return "/proc/self/ns/ipc";
  if (type == sys::kCLONE_NEWUSER) return "/proc/self/ns/user";
  return "/proc/self/ns/uts";
}

void check_not_own(const JoinRecord& join, sys::BorrowedFd file) {
  const sys::CStr path = own_namespace(join.type);
  const sys::Fd own =
      or_fail(sys::openat(sys::kCwd, path, sys::kO_PATH | sys::kO_CLOEXEC), "open", path.c_str());
  if (or_fail(rt::is_same_file(own, file), "stat", join.path, join.place)) {
    fail_invalid(join.place, "is the host's, which linux.sysctl would change", join.path);
  }
}

void open_join(JoinRecord& join) {
  sys::Fd file = or_fail(sys::openat(sys::kCwd, sys::CStr::from_terminated(join.path),
                                     sys::kO_RDONLY | sys::kO_CLOEXEC),
                         "open", join.path, join.place);
  const auto type = sys::ioctl(file, sys::kNS_GET_NSTYPE);
  if (type.failed_with(sys::kENOTTY)) fail_invalid(join.place, "is no namespace", join.path);
  if (static_cast<uint32_t>(or_fail(type, "ask type of", join.path, join.place)) !=
      static_cast<uint32_t>(join.type.bits())) {
    fail_invalid(join.place, "is a namespace of another type", join.path);
  }
  if (join.guard == Guard::kNotOwn) check_not_own(join, file);
  join.fd = file.release();
}

void write_file(sys::BorrowedFd process, sys::CStr name, std::string_view text, Place place) {
  const sys::Fd file = or_fail(sys::openat(process, name, sys::kO_WRONLY | sys::kO_CLOEXEC), "open",
                               name.c_str(), place);
  or_fail(sys::write(file, text), "write", name.c_str(), place);
}

// The helper's process, from the fork on.
[[noreturn]] void exec_helper(std::span<const sys::CStr> candidates, const char** argv) {
  char* no_environment[] = {nullptr};
  for (const sys::CStr candidate : candidates) {
    (void)sys::execve(candidate, const_cast<char**>(argv), no_environment);
  }
  sys::exit_group(127);
}

// Runs newuidmap or newgidmap and waits for it; what it has to say it says on stderr itself.
void run_helper(std::span<const sys::CStr> candidates, const IdMap& map, const char* pid,
                Place place) {
  map.helper_argv[1] = pid;
  const char* name = map.helper_argv[0];
  const sys::Pid helper =
      or_fail(sys::portable::clone_process({}, sys::kSIGCHLD), "fork", name, place);
  if (helper == sys::Pid{0}) exec_helper(candidates, map.helper_argv);
  sys::Siginfo info{};
  auto waited = sys::waitid(sys::kP_PID, sys::to_raw(helper), &info, sys::kWEXITED);
  while (waited.failed_with(sys::kEINTR)) {
    waited = sys::waitid(sys::kP_PID, sys::to_raw(helper), &info, sys::kWEXITED);
  }
  or_fail(waited, "wait for", name, place);
  if (info.code == sys::kCLD_EXITED && info.status == 0) return;
  const bool missing = info.code == sys::kCLD_EXITED && info.status == 127;
  fail({.code = ErrorCode::kSystem,
        .operation = "run",
        .object = name,
        .place = place,
        .text = missing ? "not installed, but needed to map more than one's own id"
                        : "it refused the mapping (see subuid(5))"});
}

void write_map(sys::BorrowedFd process, sys::CStr file, std::span<const sys::CStr> helpers,
               const IdMap& map, const char* pid, Place place) {
  if (map.writer == MapWriter::kHelper) {
    run_helper(helpers, map, pid, place);
  } else {
    write_file(process, file, map.text, place);
  }
}

}  // namespace

void open_joins(NamespacePlan& plan) {
  for (JoinRecord& join : plan.joins) open_join(join);
}

void close_joins(NamespacePlan& plan) {
  for (JoinRecord& join : plan.joins) {
    sys::Fd::adopt(join.fd).reset();
    join.fd = -1;
  }
}

void apply_joins(const NamespacePlan& plan) {
  for (size_t i = 0; i < plan.joins.size(); ++i) {
    begin_step(Step::kJoinNamespace, i);
    const JoinRecord& join = plan.joins[i];
    or_fail(sys::setns(sys::BorrowedFd::from_raw(join.fd), join.type), Operation::kJoin);
  }
}

void apply_time_namespace(const NamespacePlan& plan, sys::BorrowedFd proc) {
  if (!plan.created.has(sys::kCLONE_NEWTIME)) return;
  begin_step(Step::kTimeNamespace);
  or_fail(sys::unshare(sys::kCLONE_NEWTIME), Operation::kUnshare);
  if (!plan.time_offsets.empty()) {
    const sys::Fd offsets =
        or_fail(sys::openat(proc, "self/timens_offsets", sys::kO_WRONLY | sys::kO_CLOEXEC),
                Operation::kOpen);
    or_fail(sys::write(offsets, plan.time_offsets), Operation::kWrite);
  }
  const sys::Fd made =
      or_fail(sys::openat(proc, "self/ns/time_for_children", sys::kO_RDONLY | sys::kO_CLOEXEC),
              Operation::kOpen);
  or_fail(sys::setns(made, sys::kCLONE_NEWTIME), Operation::kJoin);
}

void apply_mappings(const NamespacePlan& plan, sys::Pid child) {
  if (plan.uid_map.writer == MapWriter::kNone) return;
  constexpr std::string_view kProc = "/proc/";
  BufferWriter<kProc.size() + 12> path;
  path.text(kProc).decimal(static_cast<uint32_t>(sys::to_raw(child))).character('\0');
  const char* pid = path.view().data() + kProc.size();
  const sys::Fd process =
      or_fail(sys::openat(sys::kCwd, sys::CStr::from_terminated(path.view().data()),
                          sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC),
              "open", path.view().data());
  if (plan.setgroups == Setgroups::kDeny) {
    write_file(process, "setgroups", "deny", kGidMappings);
  }
  write_map(process, "gid_map", kGidHelpers, plan.gid_map, pid, kGidMappings);
  write_map(process, "uid_map", kUidHelpers, plan.uid_map, pid, kUidMappings);
}

}  // namespace nosc::namespaces
