// SPDX-License-Identifier: Apache-2.0
#include "engine/process/process.h"
#include "syscalls/sys.h"

namespace nosc::process {
namespace {

constexpr size_t kLargestPathBytes = 4096;

// Changes to the directory and makes sure that it lies beneath the root: the kernel's answer starts
// with "(unreachable)" where it doesn't.
Failure enter_directory(sys::CStr path) {
  constexpr Step kStep = Step::kWorkingDirectory;
  if (const auto entered = sys::chdir(path); !entered) {
    return fail(kStep, Operation::kChangeDirectory, entered.error());
  }
  char buffer[kLargestPathBytes];
  const auto length = sys::getcwd(buffer);
  if (!length) return fail(kStep, Operation::kVerify, length.error());
  if (buffer[0] != '/') return fail(kStep, Operation::kVerify, sys::kEXDEV);
  return {};
}

Failure change_groups(const IdentityRecord& record) {
  if (record.group_change == GroupChange::kKeep) return {};
  const auto result = sys::portable::setgroups(record.groups);
  if (result) return {};
  if (record.group_change == GroupChange::kSetIfAllowed && result.error() == sys::kEPERM) return {};
  return fail(Step::kGroups, Operation::kSet, result.error());
}

Failure change_ids(const IdentityRecord& record) {
  if (const auto result = sys::portable::setresgid(record.gid, record.gid, record.gid); !result) {
    return fail(Step::kUser, Operation::kSet, result.error());
  }
  if (const auto result = sys::portable::setresuid(record.uid, record.uid, record.uid); !result) {
    return fail(Step::kUser, Operation::kSet, result.error());
  }
  return {};
}

}  // namespace

Failure apply_oom_score_adj(const OomRecord& record) {
  if (record.text.empty()) return {};
  const auto file =
      sys::openat(sys::kCwd, "/proc/self/oom_score_adj", sys::kO_WRONLY | sys::kO_CLOEXEC);
  if (!file) return fail(Step::kOomScoreAdj, Operation::kOpen, file.error());
  const auto written = sys::write(file.borrow(), record.text);
  if (!written) return fail(Step::kOomScoreAdj, Operation::kWrite, written.error());
  return {};
}

void give_pipes(const IdentityRecord& record) {
  if (record.uid == sys::Uid{0}) return;
  for (int stream = 0; stream < 3; ++stream) {
    const auto fd = sys::BorrowedFd::from_raw(stream);
    sys::Statx status;
    if (!sys::statx(fd, "", sys::kAT_EMPTY_PATH, sys::kSTATX_TYPE, status)) continue;
    if ((status.mode & sys::kS_IFMT.bits()) != sys::kS_IFIFO.bits()) continue;
    (void)sys::portable::fchown(fd, record.uid, sys::kKeepGid);
  }
}

Failure apply_identity(const IdentityRecord& record) {
  (void)sys::umask(record.umask);
  const sys::CStr directory = sys::CStr::from_terminated(record.working_directory);
  const Failure first_try = enter_directory(directory);
  TRY_STEP(change_groups(record));
  TRY_STEP(change_ids(record));
  return first_try.failed() ? enter_directory(directory) : first_try;
}

Failure apply_no_new_privileges() {
  const auto result = sys::prctl(sys::kPR_SET_NO_NEW_PRIVS, 1);
  return result ? Failure{} : fail(Step::kNoNewPrivileges, Operation::kSet, result.error());
}

}  // namespace nosc::process
