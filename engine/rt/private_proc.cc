// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/private_proc.h"

#include <utility>

#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::rt {
namespace {

constexpr sys::OpenFlags kDirectory = sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC;

// Mounts a proc of the pid namespace where nobody sees it; with a subset, that alone is shown.
sys::Result<sys::Fd> mount_detached(const char* subset) {
  auto opened = sys::fsopen("proc", sys::kFSOPEN_CLOEXEC);
  if (!opened) return opened;
  const sys::Fd context = opened.take();
  if (subset != nullptr) {
    const auto set = sys::fsconfig(context, sys::kFSCONFIG_SET_STRING, "subset", subset);
    if (!set) return set.error();
  }
  const auto created = sys::fsconfig(context, sys::kFSCONFIG_CMD_CREATE);
  if (!created) return created.error();
  return sys::fsmount(context, sys::kFSMOUNT_CLOEXEC);
}

sys::Fd verified(sys::Fd fd) {
  sys::Statfs status;
  or_fail(sys::portable::fstatfs(fd, status), Operation::kStat);
  if (static_cast<uint32_t>(status.type) != sys::kPROC_SUPER_MAGIC) {
    fail_step(Operation::kVerify, sys::kEXDEV);
  }
  return fd;
}

}  // namespace

sys::Fd open_proc(VisibleProc visible) {
  if (visible == VisibleProc::kForeign) return or_fail(mount_detached(nullptr), Operation::kMount);
  return verified(or_fail(sys::openat(sys::kCwd, "/proc", kDirectory), Operation::kOpen));
}

sys::Fd open_private_attributes() {
  auto mounted = mount_detached("pid");
  if (mounted) {
    const sys::Fd proc = mounted.take();
    return or_fail(sys::openat(proc, "self/attr", kDirectory), Operation::kOpen);
  }
  // Not granted inside a user namespace that sees a part of /proc only. A clone of the folder alone
  // leads nowhere else either.
  return verified(or_fail(
      sys::open_tree(sys::kCwd, "/proc/self/attr", sys::kOPEN_TREE_CLONE | sys::kOPEN_TREE_CLOEXEC),
      Operation::kOpen));
}

}  // namespace nosc::rt
