// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <string_view>

#include "engine/mounts/target.h"
#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::mounts {
namespace {

constexpr size_t kLargestPathBytes = 4096;

void set_propagation(sys::CStr path, sys::MountFlags flags) {
  or_fail(sys::mount(nullptr, path, nullptr, flags, nullptr), Operation::kSetPropagation);
}

void bind_recursively(sys::CStr source, sys::CStr target) {
  or_fail(sys::mount(source, target, nullptr, sys::kMS_BIND | sys::kMS_REC, nullptr),
          Operation::kBind);
}

sys::Fd open_directory(sys::CStr path) {
  return or_fail(sys::openat(sys::kAT_FDCWD, path,
                             sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_NOFOLLOW | sys::kO_CLOEXEC),
                 Operation::kOpen);
}

// Makes the mount private that a directory lies on: of the directories above it, the nearest that
// is a mount point; others are EINVAL.
void make_holder_private(std::string_view path) {
  char name[kLargestPathBytes];
  if (path.size() >= sizeof name) fail_step(Operation::kSetPropagation, sys::kENAMETOOLONG);
  memcpy(name, path.data(), path.size());
  for (size_t size = path.size();; size = std::string_view(name, size).rfind('/')) {
    name[size == 0 ? 1 : size] = '\0';
    const auto done =
        sys::mount(nullptr, sys::CStr::from_terminated(name), nullptr, sys::kMS_PRIVATE, nullptr);
    if (done || size == 0 || !done.failed_with(sys::kEINVAL)) {
      return or_fail(done, Operation::kSetPropagation);
    }
  }
}

// The changes go to a tmpfs that nothing else can reach, mounted over a directory that every host
// has; the overlay on it becomes the root, so neither is seen from inside.
void mount_host_overlay(sys::CStr place) {
  or_fail(sys::mount("nosc", place, "tmpfs", sys::kMS_NOSUID | sys::kMS_NODEV, "mode=755"),
          Operation::kMount);
  or_fail(sys::chdir(place), Operation::kChangeDirectory);
  for (sys::CStr name : {sys::CStr("upper"), sys::CStr("work"), sys::CStr("root")}) {
    or_fail(sys::mkdirat(sys::kAT_FDCWD, name, sys::Mode::from_bits(0755)), Operation::kCreate);
  }
  or_fail(sys::mount("overlay", "root", "overlay", sys::MountFlags{},
                     "lowerdir=/,upperdir=upper,workdir=work"),
          Operation::kMount);
}

// The whole tree with everything mounted on it. In a user namespace those mounts are locked to each
// other: only a recursive bind may take them.
void mount_host_read_only(sys::CStr place) {
  bind_recursively("/", place);
  sys::MountAttr read_only{};
  read_only.attr_set = sys::kMOUNT_ATTR_RDONLY;
  or_fail(sys::mount_setattr(sys::kAT_FDCWD, place, sys::kAT_RECURSIVE, read_only),
          Operation::kSetAttributes);
}

// Whatever of the kernel's own file systems lies below the old root must go, however often it is
// mounted there: in a user namespace the sight of a whole one lets a program mount its own,
// unmasked. One that went with what it was mounted on is covered like one that can't be removed.
void hide_kernel_file_systems(std::span<const char* const> mount_points) {
  for (const char* mount_point : mount_points) {
    const auto path = sys::CStr::from_terminated(mount_point);
    bool removed = false;
    while (sys::umount2(path, sys::kMNT_DETACH)) removed = true;
    if (removed) continue;
    const auto covered = sys::mount("tmpfs", path, "tmpfs", sys::kMS_RDONLY, nullptr);
    if (!covered.failed_with(sys::kENOENT)) or_fail(covered, Operation::kMount);
  }
}

void move_to(const RootRecord& record, sys::BorrowedFd root) {
  hide_kernel_file_systems(record.hidden);
  // Over a shared root it would be moved on the host, too.
  if (record.propagation.has(sys::kMS_SHARED)) set_propagation("/", sys::kMS_PRIVATE);
  or_fail(sys::fchdir(root), Operation::kChangeDirectory);
  or_fail(sys::mount(".", "/", nullptr, sys::kMS_MOVE, nullptr), Operation::kPivot);
  change_root(root);
}

void pivot_to(const RootRecord& record, sys::BorrowedFd root) {
  sys::Fd host;
  if (record.propagation.has(sys::kMS_SHARED)) host = open_directory("/");
  or_fail(sys::fchdir(root), Operation::kChangeDirectory);
  or_fail(sys::pivot_root(".", "."), Operation::kPivot);
  // The old root now covers the new one; a shared one must not pass its removal on to the host.
  if (host) {
    or_fail(sys::fchdir(host), Operation::kChangeDirectory);
    set_propagation(".", sys::kMS_SLAVE | sys::kMS_REC);
  }
  or_fail(sys::umount2(".", sys::kMNT_DETACH), Operation::kUnmount);
}

}  // namespace

void mount_root(const RootRecord& record) {
  const sys::CStr path = sys::CStr::from_terminated(record.path);
  const auto check = [&](sys::Result<void> result) {
    or_fail(result, "mount", record.path, {"/root/path"});
  };
  check(sys::mount(path, path, nullptr, sys::kMS_BIND | sys::kMS_REC, nullptr));
  check(sys::mount(nullptr, path, nullptr, sys::kMS_PRIVATE | sys::kMS_REC, nullptr));
}

void unmount_root(const char* path) {
  const auto removed =
      sys::umount2(sys::CStr::from_terminated(path), sys::kMNT_DETACH | sys::kUMOUNT_NOFOLLOW);
  if (removed || removed.failed_with(sys::kEINVAL) || removed.failed_with(sys::kENOENT)) return;
  warn({.code = ErrorCode::kSystem,
        .cause = removed.error(),
        .operation = "unmount",
        .object = path});
}

sys::Fd prepare_root(const RootRecord& record) {
  begin_step(Step::kRoot);
  const sys::CStr path = sys::CStr::from_terminated(record.path);
  if (record.entry == RootEntry::kChroot) return open_directory(path);
  set_propagation("/", record.propagation);
  if (record.kind == RootKind::kHostOverlay) {
    mount_host_overlay(path);
    return open_directory("root");
  }
  if (record.kind == RootKind::kHostReadOnly) {
    mount_host_read_only(path);
    return open_directory(path);
  }
  // On a shared mount the new one would appear on the host, and pivot_root refuses one as parent.
  if (record.propagation.has(sys::kMS_SHARED)) make_holder_private(record.path);
  bind_recursively(path, path);
  // What the host mounts in there from now on isn't the container's, unless it is asked for.
  if (!record.root_propagation) set_propagation(path, sys::kMS_PRIVATE);
  return open_directory(path);
}

void change_root(sys::BorrowedFd root) {
  or_fail(sys::fchdir(root), Operation::kChangeDirectory);
  or_fail(sys::chroot("."), Operation::kPivot);
}

void enter_root(const RootRecord& record, sys::BorrowedFd root) {
  begin_step(Step::kEnterRoot);
  switch (record.entry) {
    case RootEntry::kPivot: pivot_to(record, root); break;
    case RootEntry::kMove: move_to(record, root); break;
    case RootEntry::kChroot: change_root(root); break;
  }
  or_fail(sys::chdir("/"), Operation::kChangeDirectory);
  if (record.read_only) set_read_only(root, "/");
  if (record.root_propagation) set_propagation("/", record.root_propagation);
}

}  // namespace nosc::mounts
