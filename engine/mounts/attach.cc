// SPDX-License-Identifier: Apache-2.0
#include <string_view>
#include <utility>

#include "engine/mounts/target.h"
#include "engine/rt/passing_fd.h"
#include "engine/rt/rooted.h"
#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::mounts {
namespace {

constexpr sys::MountFlags kAccessTime = sys::kMS_NOATIME | sys::kMS_RELATIME | sys::kMS_STRICTATIME;

struct AttributePair {
  sys::MountFlags flag;
  sys::MountAttrFlags attribute;
};

constexpr AttributePair kAttributes[] = {
    {sys::kMS_RDONLY, sys::kMOUNT_ATTR_RDONLY},
    {sys::kMS_NOSUID, sys::kMOUNT_ATTR_NOSUID},
    {sys::kMS_NODEV, sys::kMOUNT_ATTR_NODEV},
    {sys::kMS_NOEXEC, sys::kMOUNT_ATTR_NOEXEC},
    {sys::kMS_NOATIME, sys::kMOUNT_ATTR_NOATIME},
    {sys::kMS_STRICTATIME, sys::kMOUNT_ATTR_STRICTATIME},
    {sys::kMS_NODIRATIME, sys::kMOUNT_ATTR_NODIRATIME},
    {sys::kMS_NOSYMFOLLOW, sys::kMOUNT_ATTR_NOSYMFOLLOW},
};

sys::MountAttrFlags attributes_of(sys::MountFlags flags) {
  sys::MountAttrFlags attributes;
  for (const AttributePair& pair : kAttributes) {
    if (flags.has(pair.flag)) attributes |= pair.attribute;
  }
  return attributes;
}

// Setting any kind of access time replaces the whole field: the kernel takes it only so. What is
// left without one is relatime, the kernel's default, which can't be taken off.
sys::MountAttr attribute_change(sys::MountFlags set, sys::MountFlags cleared) {
  // As mount(2) has it, which takes both.
  if (set.has(sys::kMS_STRICTATIME)) set = set & ~sys::kMS_NOATIME;
  sys::MountAttr change{};
  change.attr_set = attributes_of(set);
  change.attr_clr = attributes_of(cleared & ~kAccessTime);
  if ((set & kAccessTime) | (cleared & kAccessTime & ~sys::kMS_RELATIME)) {
    change.attr_clr |= sys::kMOUNT_ATTR__ATIME;
  }
  return change;
}

constexpr sys::MountFlags kProtective = sys::kMS_NOSUID | sys::kMS_NODEV | sys::kMS_NOEXEC;

// Changes a detached tree's own flags.
sys::Result<void> change_flags(const MountRecord& record, sys::BorrowedFd tree) {
  const sys::MountFlags set = record.set & kPerMount;
  const sys::MountFlags cleared = record.cleared & kPerMount;
  if (!set && !cleared) return sys::Result<void>::from_raw(0);
  const auto change = [&](sys::MountFlags also) {
    return sys::mount_setattr(tree, "", sys::kAT_EMPTY_PATH, attribute_change(set, cleared | also));
  };
  const sys::MountFlags unnamed = record.loses_unnamed ? kProtective & ~set : sys::MountFlags{};
  const auto changed = change(unnamed);
  return changed.failed_with(sys::kEPERM) && unnamed ? change({}) : changed;
}

// A tree made detached gets its attributes before anyone can see it.
// Returns false where the kernel lacks one of the calls; nothing has changed then.
bool bind_detached(const MountRecord& record, sys::BorrowedFd source, sys::BorrowedFd target) {
  const bool recursive = record.binding == Binding::kRecursive;
  auto opened =
      sys::open_tree(source, "",
                     sys::kOPEN_TREE_CLONE | sys::kOPEN_TREE_CLOEXEC | sys::kAT_EMPTY_PATH |
                         (recursive ? sys::kAT_RECURSIVE : sys::OpenTreeFlags{}));
  if (opened.failed_with(sys::kENOSYS)) return false;
  const PassingFd tree = or_fail(std::move(opened), Operation::kBind);
  auto changed = change_flags(record, tree);
  if (changed && (record.recursive_set || record.recursive_cleared)) {
    changed = sys::mount_setattr(tree, "", sys::kAT_EMPTY_PATH | sys::kAT_RECURSIVE,
                                 attribute_change(record.recursive_set, record.recursive_cleared));
  }
  if (changed.failed_with(sys::kENOSYS)) return false;
  or_fail(changed, Operation::kSetAttributes);
  const auto attached = sys::move_mount(
      tree, "", target, "", sys::kMOVE_MOUNT_F_EMPTY_PATH | sys::kMOVE_MOUNT_T_EMPTY_PATH);
  if (attached.failed_with(sys::kENOSYS)) return false;
  // move_mount(2) has one answer for whatever can't be attached, mount(2) this one.
  if (attached.failed_with(sys::kEINVAL) && is_directory(source) != is_directory(target)) {
    fail_step(Operation::kAttach, sys::kENOTDIR);
  }
  or_fail(attached, Operation::kAttach);
  return true;
}

// Opens what is mounted at a record's destination.
sys::Fd open_mounted(const MountRecord& record, sys::BorrowedFd root) {
  return or_fail(rt::open_beneath(root, record.destination, sys::kO_PATH | sys::kO_CLOEXEC,
                                  rt::Links::kFollowInRoot),
                 Operation::kOpen);
}

// The same for a tmpfs. What is written there must not go to another mount, where somebody who
// shares the directory above has swapped the name meanwhile.
sys::Fd open_mounted_tmpfs(const MountRecord& record, sys::BorrowedFd root) {
  sys::Fd mounted = open_mounted(record, root);
  sys::Statfs status;
  or_fail(sys::portable::fstatfs(mounted, status), Operation::kStat);
  if (static_cast<uint32_t>(status.type) != sys::kTMPFS_MAGIC) {
    fail_step(Operation::kVerify, sys::kEXDEV);
  }
  return mounted;
}

// Opens what has just been mounted over the destination. The name is looked up anew, so what is
// found must be what was bound: an image that swaps the name must not keep the weaker flags.
sys::Fd reopen_bound(const MountRecord& record, sys::BorrowedFd root, sys::BorrowedFd source) {
  sys::Fd mounted = open_mounted(record, root);
  if (!or_fail(rt::is_same_file(mounted, source), Operation::kStat)) {
    fail_step(Operation::kVerify, sys::kEXDEV);
  }
  return mounted;
}

// What a remount has to say again.
sys::MountFlags current_flags(sys::BorrowedFd mounted) {
  sys::Statfs status;
  if (!sys::portable::fstatfs(mounted, status)) return {};
  // statfs reports these with the bits of mount(2). The access time needs no care: a remount that
  // doesn't name one keeps what was.
  constexpr sys::MountFlags kReported =
      sys::kMS_RDONLY | sys::kMS_NOSUID | sys::kMS_NODEV | sys::kMS_NOEXEC;
  return sys::MountFlags::from_bits(static_cast<unsigned long>(status.flags)) & kReported;
}

void bind_classic(const MountRecord& record, sys::BorrowedFd root, sys::BorrowedFd source,
                  sys::BorrowedFd target) {
  if (record.recursive_set || record.recursive_cleared) {
    fail_step(Operation::kSetAttributes, sys::kENOSYS);
  }
  const sys::MountFlags recursive =
      record.binding == Binding::kRecursive ? sys::kMS_REC : sys::MountFlags{};
  or_fail(sys::mount(DescriptorPath(source).path(), DescriptorPath(target).path(), nullptr,
                     sys::kMS_BIND | recursive, nullptr),
          Operation::kBind);
  const sys::MountFlags set = record.set & kPerMount;
  if (!set && !record.cleared) return;
  const sys::Fd mounted = reopen_bound(record, root, source);
  const sys::MountFlags kept = current_flags(mounted) & ~record.cleared;
  const auto remount = [&](sys::MountFlags flags) {
    return sys::mount(nullptr, DescriptorPath(mounted).path(), nullptr,
                      sys::kMS_REMOUNT | sys::kMS_BIND | set | flags, nullptr);
  };
  auto changed = remount(record.loses_unnamed ? kept & ~kProtective : kept);
  if (changed.failed_with(sys::kEPERM)) changed = remount(kept);
  or_fail(changed, Operation::kSetAttributes);
}

void set_propagation(const MountRecord& record, sys::BorrowedFd root) {
  const sys::Fd mounted = open_mounted(record, root);
  or_fail(sys::mount(nullptr, DescriptorPath(mounted).path(), nullptr, record.propagation, nullptr),
          Operation::kSetPropagation);
}

sys::Fd open_source(const MountPlan& plan, size_t index, sys::BorrowedFd root) {
  if (plan.mounts[index].is_from_root) {
    begin_step(Step::kMountSource, index);
    sys::Fd source =
        or_fail(rt::open_beneath(root, plan.mounts[index].source, sys::kO_PATH | sys::kO_CLOEXEC,
                                 rt::Links::kFollowInRoot),
                Operation::kOpen);
    begin_step(Step::kMount, index);
    return source;
  }
  if (!plan.early_sources.empty()) {
    return sys::Fd::adopt(std::exchange(plan.early_sources[index], -1));
  }
  begin_step(Step::kMountSource, index);
  const char* path = plan.mounts[index].source;
  sys::Fd source = or_fail(
      sys::openat(sys::kAT_FDCWD, sys::CStr::from_terminated(path), sys::kO_PATH | sys::kO_CLOEXEC),
      Operation::kOpen);
  begin_step(Step::kMount, index);
  return source;
}

// A volume over /proc would take the writes that the runtime means for the kernel (CVE-2019-16884);
// a bind of a proc file system itself is what nested containers use.
void refuse_false_proc(const MountRecord& record, sys::BorrowedFd source) {
  if (std::string_view(record.destination) != "/proc") return;
  if (!is_on_proc(source)) fail_step(Operation::kVerify, sys::kEPERM);
}

void apply_bind(const MountPlan& plan, size_t index, sys::BorrowedFd root, rt::Parent& parent) {
  const MountRecord& record = plan.mounts[index];
  const PassingFd source = open_source(plan, index, root);
  refuse_false_proc(record, source);
  const PassingFd target = open_target(record, root, source, parent).fd;
  bind(record, root, source, target);
}

constexpr size_t kModeBytes = 4;

void take_mode(char* digits, sys::BorrowedFd directory) {
  sys::Statx status;
  or_fail(sys::statx(directory, "", sys::kAT_EMPTY_PATH, sys::kSTATX_MODE, status),
          Operation::kStat);
  for (unsigned shift = 12; shift != 0;) {
    shift -= 3;
    *digits++ = static_cast<char>('0' + (status.mode >> shift & 7));
  }
}

// Fills the tmpfs of version 1's cgroup hierarchies. What the container has no cgroup in stays out.
void bind_cgroups(const MountPlan& plan, const MountRecord& record, sys::BorrowedFd directory) {
  for (const CgroupEntry& entry : plan.cgroups) {
    const auto name = sys::CStr::from_terminated(entry.name);
    const auto from = sys::CStr::from_terminated(entry.source);
    if (entry.is_link) {
      or_fail(sys::symlinkat(from, directory, name), Operation::kCreate);
      continue;
    }
    constexpr auto kFlags = sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC;
    auto opened = sys::openat(sys::kAT_FDCWD, from, kFlags);
    if (opened.failed_with(sys::kENOENT)) continue;
    const PassingFd source = or_fail(std::move(opened), Operation::kOpen);
    or_fail(sys::mkdirat(directory, name, sys::Mode::from_bits(0755)), Operation::kCreate);
    const PassingFd target =
        or_fail(sys::openat(directory, name, kFlags | sys::kO_NOFOLLOW), Operation::kOpen);
    MountRecord part;
    part.kind = MountKind::kBind;
    part.binding = Binding::kOne;
    part.destination = entry.name;
    part.set = record.cgroup_flags;
    bind(part, directory, source, target);
  }
}

void apply_file_system(const MountPlan& plan, const MountRecord& record, sys::BorrowedFd root,
                       rt::Parent& parent) {
  Target opened = open_target(record, root, sys::BorrowedFd::from_raw(-1), parent);
  const PassingFd target = std::move(opened.fd);
  const char* data = record.data;
  if (record.mode_digits != nullptr) {
    if (!opened.is_new) take_mode(record.mode_digits, target);
    // A new directory has no mode to be kept, and the file system has its own.
    if (opened.is_new) data = record.mode_digits + kModeBytes;
  }
  const auto mount_on = [&](sys::BorrowedFd place) {
    return sys::mount(sys::CStr::from_terminated(record.source), DescriptorPath(place).path(),
                      sys::CStr::from_terminated(record.type), record.set, data);
  };
  auto done = mount_on(target);
  if (done.failed_with(sys::kEBUSY)) {
    // A file system isn't mounted on itself, as the host's cgroup2 comes with a bind of its /sys.
    or_fail(sys::mount("tmpfs", DescriptorPath(target).path(), "tmpfs", sys::kMS_RDONLY, nullptr),
            Operation::kMount);
    done = mount_on(PassingFd(open_mounted_tmpfs(record, root)));
  }
  or_fail(done, Operation::kMount);
  if (!record.holds_cgroups && !record.copy_up) return;
  const PassingFd mounted = open_mounted_tmpfs(record, root);
  if (record.holds_cgroups) return bind_cgroups(plan, record, mounted);
  copy_tree(target, mounted);
}

}  // namespace

void bind(const MountRecord& record, sys::BorrowedFd root, sys::BorrowedFd source,
          sys::BorrowedFd target) {
  if (!bind_detached(record, source, target)) bind_classic(record, root, source, target);
}

void set_read_only(sys::BorrowedFd mounted, sys::CStr path) {
  auto changed =
      sys::mount_setattr(mounted, "", sys::kAT_EMPTY_PATH, attribute_change(sys::kMS_RDONLY, {}));
  if (changed.failed_with(sys::kENOSYS)) {
    changed = sys::mount(
        nullptr, path, nullptr,
        sys::kMS_REMOUNT | sys::kMS_BIND | sys::kMS_RDONLY | current_flags(mounted), nullptr);
  }
  or_fail(changed, Operation::kSetAttributes);
}

void open_early_sources(MountPlan& plan) {
  for (size_t i = 0; i < plan.early_sources.size(); ++i) {
    if (plan.mounts[i].kind != MountKind::kBind || plan.mounts[i].is_from_root) continue;
    begin_step(Step::kMountSource, i);
    sys::Fd source =
        or_fail(sys::openat(sys::kAT_FDCWD, sys::CStr::from_terminated(plan.mounts[i].source),
                            sys::kO_PATH | sys::kO_CLOEXEC),
                Operation::kOpen);
    plan.early_sources[i] = source.release();
  }
}

void apply_mounts(const MountPlan& plan, sys::BorrowedFd root) {
  rt::Parent parent;  // of the latest mount point that was made
  for (size_t i = 0; i < plan.mounts.size(); ++i) {
    const MountRecord& record = plan.mounts[i];
    begin_step(Step::kMount, i);
    if (record.kind == MountKind::kBind) {
      apply_bind(plan, i, root, parent);
    } else {
      apply_file_system(plan, record, root, parent);
    }
    if (record.propagation) set_propagation(record, root);
  }
}

}  // namespace nosc::mounts
