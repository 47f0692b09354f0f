// SPDX-License-Identifier: Apache-2.0
#include "engine/namespaces/namespaces.h"
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

Result<void> open_join(JoinRecord& join) {
  sys::Fd file = TRY_SYS("open", join.path,
                         sys::openat(sys::kCwd, sys::CStr::from_terminated(join.path),
                                     sys::kO_RDONLY | sys::kO_CLOEXEC),
                         join.place);
  const auto type = sys::ioctl(file, sys::kNS_GET_NSTYPE);
  if (!type && type.error() == sys::kENOTTY) {
    return invalid_error(join.place, "is no namespace", join.path);
  }
  if (!type) return system_error("ask type of", join.path, type.error(), join.place);
  if (static_cast<uint32_t>(*type) != static_cast<uint32_t>(join.type.bits())) {
    return invalid_error(join.place, "is a namespace of another type", join.path);
  }
  join.fd = file.release();
  return {};
}

Result<void> write_file(sys::BorrowedFd process, sys::CStr name, std::string_view text,
                        Place place) {
  const sys::Fd file = TRY_SYS("open", name.c_str(),
                               sys::openat(process, name, sys::kO_WRONLY | sys::kO_CLOEXEC), place);
  TRY_SYS("write", name.c_str(), sys::write(file, text), place);
  return {};
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
Result<void> run_helper(std::span<const sys::CStr> candidates, const IdMap& map, const char* pid,
                        Place place) {
  map.helper_argv[1] = pid;
  const char* name = map.helper_argv[0];
  const sys::Pid helper =
      TRY_SYS("fork", name, sys::portable::clone_process({}, sys::kSIGCHLD), place);
  if (helper == sys::Pid{0}) exec_helper(candidates, map.helper_argv);
  sys::Siginfo info{};
  auto waited = sys::waitid(sys::kP_PID, sys::to_raw(helper), &info, sys::kWEXITED);
  while (!waited && waited.error() == sys::kEINTR) {
    waited = sys::waitid(sys::kP_PID, sys::to_raw(helper), &info, sys::kWEXITED);
  }
  if (!waited) return system_error("wait for", name, waited.error(), place);
  if (info.code == sys::kCLD_EXITED && info.status == 0) return {};
  const bool missing = info.code == sys::kCLD_EXITED && info.status == 127;
  return Error{.code = ErrorCode::kSystem,
               .operation = "run",
               .object = name,
               .place = place,
               .text = missing ? "not installed, but needed to map more than one's own id"
                               : "it refused the mapping (see subuid(5))"};
}

}  // namespace

Result<void> open_joins(NamespacePlan& plan) {
  for (JoinRecord& join : plan.joins) TRY(open_join(join));
  return {};
}

void close_joins(NamespacePlan& plan) {
  for (JoinRecord& join : plan.joins) {
    sys::Fd::adopt(join.fd).reset();
    join.fd = -1;
  }
}

Failure apply_joins(const NamespacePlan& plan) {
  for (size_t i = 0; i < plan.joins.size(); ++i) {
    const JoinRecord& join = plan.joins[i];
    const auto joined = sys::setns(sys::BorrowedFd::from_raw(join.fd), join.type);
    if (!joined) {
      return fail(Step::kJoinNamespace, Operation::kJoin, joined.error(), static_cast<uint32_t>(i));
    }
  }
  return {};
}

Result<void> apply_mappings(const NamespacePlan& plan, sys::Pid child) {
  if (plan.uid_map.writer == MapWriter::kNone) return {};
  constexpr std::string_view kProc = "/proc/";
  BufferWriter<kProc.size() + 12> path;
  path.text(kProc).decimal(static_cast<uint32_t>(sys::to_raw(child))).character('\0');
  const char* pid = path.view().data() + kProc.size();
  const sys::Fd process =
      TRY_SYS("open", path.view().data(),
              sys::openat(sys::kCwd, sys::CStr::from_terminated(path.view().data()),
                          sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC));
  if (plan.setgroups == Setgroups::kDeny) {
    TRY(write_file(process, "setgroups", "deny", kGidMappings));
  }
  TRY(plan.gid_map.writer == MapWriter::kHelper
          ? run_helper(kGidHelpers, plan.gid_map, pid, kGidMappings)
          : write_file(process, "gid_map", plan.gid_map.text, kGidMappings));
  return plan.uid_map.writer == MapWriter::kHelper
             ? run_helper(kUidHelpers, plan.uid_map, pid, kUidMappings)
             : write_file(process, "uid_map", plan.uid_map.text, kUidMappings);
}

}  // namespace nosc::namespaces
