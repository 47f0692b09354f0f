// SPDX-License-Identifier: Apache-2.0
#include "engine/mounts/target.h"
#include "syscalls/sys.h"

namespace nosc::mounts {
namespace {

Failure root_failure(Operation operation, sys::Errno error) {
  return fail(Step::kRoot, operation, error);
}

Failure set_propagation(sys::CStr path, sys::MountFlags flags) {
  auto result = sys::mount(nullptr, path, nullptr, flags, nullptr);
  if (!result) return root_failure(Operation::kSetPropagation, result.error());
  return {};
}

Failure bind_on_itself(sys::CStr path) {
  auto result = sys::mount(path, path, nullptr, sys::kMS_BIND | sys::kMS_REC, nullptr);
  if (!result) return root_failure(Operation::kBind, result.error());
  return {};
}

// pivot_root refuses a root whose parent mount is shared. Where the configuration wants shared
// mounts, a first, private bind becomes the parent of the second one.
Failure isolate_root(const RootRecord& record, sys::CStr path) {
  if (!record.propagation.has(sys::kMS_SHARED)) return {};
  TRY_STEP(bind_on_itself(path));
  return set_propagation(path, sys::kMS_PRIVATE);
}

Failure open_directory(sys::CStr path, sys::Fd& root) {
  auto opened = sys::openat(sys::kAT_FDCWD, path,
                            sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_NOFOLLOW | sys::kO_CLOEXEC);
  if (!opened) return root_failure(Operation::kOpen, opened.error());
  root = *static_cast<sys::Result<sys::Fd>&&>(opened);
  return {};
}

// The changes go to a tmpfs that nothing else can reach, mounted over a directory that every host
// has; the overlay on it becomes the root, so neither is seen from inside.
Failure mount_host_overlay(sys::CStr place) {
  auto scratch = sys::mount("nosc", place, "tmpfs", sys::kMS_NOSUID | sys::kMS_NODEV, "mode=755");
  if (!scratch) return root_failure(Operation::kMount, scratch.error());
  auto entered = sys::chdir(place);
  if (!entered) return root_failure(Operation::kChangeDirectory, entered.error());
  for (sys::CStr name : {sys::CStr("upper"), sys::CStr("work"), sys::CStr("root")}) {
    auto made = sys::mkdirat(sys::kAT_FDCWD, name, sys::Mode::from_bits(0755));
    if (!made) return root_failure(Operation::kCreate, made.error());
  }
  auto overlay = sys::mount("overlay", "root", "overlay", sys::MountFlags{},
                            "lowerdir=/,upperdir=upper,workdir=work");
  if (!overlay) return root_failure(Operation::kMount, overlay.error());
  return {};
}

// The whole tree with everything mounted on it. In a user namespace those mounts are locked to each
// other: only a recursive bind may take them.
Failure mount_host_read_only(sys::CStr place) {
  auto bound = sys::mount("/", place, nullptr, sys::kMS_BIND | sys::kMS_REC, nullptr);
  if (!bound) return root_failure(Operation::kBind, bound.error());
  sys::MountAttr read_only{};
  read_only.attr_set = sys::kMOUNT_ATTR_RDONLY;
  auto set = sys::mount_setattr(sys::kAT_FDCWD, place, sys::kAT_RECURSIVE, read_only);
  if (!set) return root_failure(Operation::kSetAttributes, set.error());
  return {};
}

}  // namespace

Failure prepare_root(const RootRecord& record, sys::Fd& root) {
  TRY_STEP(set_propagation("/", record.propagation));
  const sys::CStr path = sys::CStr::from_terminated(record.path);
  if (record.kind == RootKind::kHostOverlay) {
    TRY_STEP(mount_host_overlay(path));
    return open_directory("root", root);
  }
  if (record.kind == RootKind::kHostReadOnly) {
    TRY_STEP(mount_host_read_only(path));
    return open_directory(path, root);
  }
  TRY_STEP(isolate_root(record, path));
  TRY_STEP(bind_on_itself(path));
  if (record.propagation.has(sys::kMS_SHARED)) TRY_STEP(set_propagation(path, sys::kMS_PRIVATE));
  return open_directory(path, root);
}

Failure enter_root(const RootRecord& record, sys::BorrowedFd root) {
  auto step = [](Operation operation, sys::Result<void> result) {
    return result ? Failure{} : fail(Step::kEnterRoot, operation, result.error());
  };
  // The last remount has to name the root by path, and after the change of root this is "/".
  const sys::MountFlags flags = record.read_only ? current_flags(root) : sys::MountFlags{};
  sys::Fd host;
  if (record.propagation.has(sys::kMS_SHARED)) TRY_STEP(open_directory("/", host));
  TRY_STEP(step(Operation::kChangeDirectory, sys::fchdir(root)));
  TRY_STEP(step(Operation::kPivot, sys::pivot_root(".", ".")));
  // The old root now covers the new one; a shared one must not pass its removal on to the host.
  if (host) {
    TRY_STEP(step(Operation::kChangeDirectory, sys::fchdir(host)));
    TRY_STEP(step(Operation::kSetPropagation,
                  sys::mount(nullptr, ".", nullptr, sys::kMS_SLAVE | sys::kMS_REC, nullptr)));
  }
  TRY_STEP(step(Operation::kUnmount, sys::umount2(".", sys::kMNT_DETACH)));
  TRY_STEP(step(Operation::kChangeDirectory, sys::chdir("/")));
  if (record.read_only) {
    TRY_STEP(step(Operation::kSetAttributes,
                  sys::mount(nullptr, "/", nullptr,
                             sys::kMS_REMOUNT | sys::kMS_BIND | sys::kMS_RDONLY | flags, nullptr)));
  }
  if (record.root_propagation) {
    TRY_STEP(step(Operation::kSetPropagation,
                  sys::mount(nullptr, "/", nullptr, record.root_propagation, nullptr)));
  }
  return {};
}

}  // namespace nosc::mounts
