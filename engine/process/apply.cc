// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "engine/process/process.h"
#include "engine/rt/device_number.h"
#include "engine/rt/process_path.h"
#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::process {
namespace {

constexpr size_t kLargestPathBytes = 4096;

// A refusal to be in a directory: nothing where there was none.
struct Refusal {
  Operation operation = Operation::kNone;
  sys::Errno error = {};
};

// Changes to the directory and makes sure that it lies beneath the root: the kernel's answer starts
// with "(unreachable)" where it doesn't.
Refusal enter_directory(sys::CStr path) {
  // Where the set-up is already, and what is nowhere else.
  if (std::string_view(path.c_str()) == "/") return {};
  char buffer[kLargestPathBytes];
  if (const auto entered = sys::chdir(path); !entered) {
    return {Operation::kChangeDirectory, entered.error()};
  }
  const auto length = sys::getcwd(buffer);
  if (!length) return {Operation::kVerify, length.error()};
  if (buffer[0] != '/') return {Operation::kVerify, sys::kEXDEV};
  return {};
}

// The container's own null device; nothing where there is something else.
sys::Fd open_null() {
  auto opened =
      sys::openat(sys::kCwd, "/dev/null", sys::kO_RDWR | sys::kO_NOCTTY | sys::kO_CLOEXEC);
  if (!opened) return {};
  sys::Statx status;
  const auto asked = sys::statx(opened.borrow(), "", sys::kAT_EMPTY_PATH, sys::kSTATX_TYPE, status);
  return asked && is_null_device(status) ? opened.take() : sys::Fd{};
}

void change_groups(const IdentityRecord& record) {
  if (record.group_change == GroupChange::kKeep) return;
  begin_step(Step::kGroups);
  const auto changed = sys::portable::setgroups(record.groups);
  // None may be had instead: who asks for some gets them.
  const bool may_fail = record.group_change == GroupChange::kSetIfAllowed && record.groups.empty();
  if (!may_fail || !changed.failed_with(sys::kEPERM)) or_fail(changed, Operation::kSet);
}

void change_ids(const IdentityRecord& record) {
  begin_step(Step::kUser);
  or_fail(sys::portable::setresgid(record.gid, record.gid, record.gid), Operation::kSet);
  or_fail(sys::portable::setresuid(record.uid, record.uid, record.uid), Operation::kSet);
}

}  // namespace

void apply_oom_score_adj(const OomRecord& record, sys::BorrowedFd proc) {
  if (record.text.empty()) return;
  begin_step(Step::kOomScoreAdj);
  const sys::Fd file = or_fail(
      sys::openat(proc, "self/oom_score_adj", sys::kO_WRONLY | sys::kO_CLOEXEC), Operation::kOpen);
  or_fail(sys::write(file, record.text), Operation::kWrite);
}

void lower_oom_score_adj(const OomRecord& record, sys::Pid pid) {
  if (record.text.empty()) return;
  const auto file = sys::openat(sys::kCwd, ProcessPath(pid, "oom_score_adj").path(),
                                sys::kO_WRONLY | sys::kO_CLOEXEC);
  if (file) (void)sys::write(file.borrow(), record.text);
}

void give_streams(const IdentityRecord& record) {
  sys::Fd null;
  for (int stream = 0; stream < 3; ++stream) {
    const auto fd = sys::BorrowedFd::from_raw(stream);
    sys::Statx status;
    if (!sys::statx(fd, "", sys::kAT_EMPTY_PATH, sys::kSTATX_TYPE, status)) continue;
    if (is_null_device(status)) {
      if (!null) null = open_null();
      if (null) (void)sys::dup3(null, stream);
      continue;
    }
    if (record.uid == sys::Uid{0}) continue;
    const auto type = status.mode & sys::kS_IFMT.bits();
    const bool is_output = stream != 0 && type == sys::kS_IFREG.bits();
    if (type != sys::kS_IFIFO.bits() && !is_output) continue;
    (void)sys::portable::fchown(fd, record.uid, sys::kKeepGid);
  }
}

void apply_identity(const IdentityRecord& record) {
  (void)sys::umask(record.umask);
  // Some directories only the container's root may enter, and some only the user.
  const sys::CStr directory = sys::CStr::from_terminated(record.working_directory);
  Refusal refusal = enter_directory(directory);
  change_groups(record);
  change_ids(record);
  if (refusal.error) refusal = enter_directory(directory);
  begin_step(Step::kWorkingDirectory);
  if (refusal.error) fail_step(refusal.operation, refusal.error);
}

void apply_no_new_privileges() {
  begin_step(Step::kNoNewPrivileges);
  or_fail(sys::prctl(sys::kPR_SET_NO_NEW_PRIVS, 1), Operation::kSet);
}

}  // namespace nosc::process
