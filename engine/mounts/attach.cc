// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "engine/mounts/target.h"
#include "engine/rt/rooted.h"
#include "syscalls/sys.h"

namespace nosc::mounts {
namespace {

// The flags of one mount, as opposed to those of its file system, in the bits of mount(2).
constexpr sys::MountFlags kPerMount =
    sys::kMS_RDONLY | sys::kMS_NOSUID | sys::kMS_NODEV | sys::kMS_NOEXEC | sys::kMS_NOATIME |
    sys::kMS_NODIRATIME | sys::kMS_RELATIME | sys::kMS_STRICTATIME | sys::kMS_NOSYMFOLLOW;

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

// Setting any kind of access time replaces the whole field: the kernel takes it only so.
sys::MountAttr attribute_change(sys::MountFlags set, sys::MountFlags cleared) {
  sys::MountAttr change{};
  change.attr_set = attributes_of(set);
  change.attr_clr = attributes_of(cleared & ~kAccessTime);
  if ((set | cleared) & kAccessTime) change.attr_clr |= sys::kMOUNT_ATTR__ATIME;
  return change;
}

// A tree made detached gets its attributes before anyone can see it.
Failure bind_detached(const MountRecord& record, sys::BorrowedFd source, sys::BorrowedFd target) {
  const bool recursive = record.binding == Binding::kRecursive;
  auto tree = sys::open_tree(source, "",
                             sys::kOPEN_TREE_CLONE | sys::kOPEN_TREE_CLOEXEC | sys::kAT_EMPTY_PATH |
                                 (recursive ? sys::kAT_RECURSIVE : sys::OpenTreeFlags{}));
  if (!tree) return fail(Step::kMount, Operation::kBind, tree.error());
  struct {
    sys::MountFlags set, cleared;
    sys::AtFlags at;
  } const changes[] = {
      {record.set & kPerMount, record.cleared & kPerMount, sys::kAT_EMPTY_PATH},
      {record.recursive_set, record.recursive_cleared, sys::kAT_EMPTY_PATH | sys::kAT_RECURSIVE},
  };
  for (const auto& change : changes) {
    if (!change.set && !change.cleared) continue;
    const sys::MountAttr attributes = attribute_change(change.set, change.cleared);
    auto result = sys::mount_setattr(*tree, "", change.at, attributes);
    if (!result) return fail(Step::kMount, Operation::kSetAttributes, result.error());
  }
  auto attached = sys::move_mount(*tree, "", target, "",
                                  sys::kMOVE_MOUNT_F_EMPTY_PATH | sys::kMOVE_MOUNT_T_EMPTY_PATH);
  if (!attached) return fail(Step::kMount, Operation::kAttach, attached.error());
  return {};
}

// Opens what has just been mounted over the destination. The name is looked up anew, so what is
// found must be what was bound: an image that swaps the name must not keep the weaker flags.
Failure reopen_bound(const MountRecord& record, sys::BorrowedFd root, sys::BorrowedFd source,
                     sys::Fd& mounted) {
  auto opened = rt::open_beneath(root, record.destination, sys::kO_PATH | sys::kO_CLOEXEC,
                                 rt::Links::kFollowInRoot);
  if (!opened) return fail(Step::kMount, Operation::kOpen, opened.error());
  mounted = *std::move(opened);
  auto same = rt::is_same_file(mounted, source);
  if (!same) return fail(Step::kMount, Operation::kStat, same.error());
  if (!*same) return fail(Step::kMount, Operation::kVerify, sys::kEXDEV);
  return {};
}

Failure bind_classic(const MountRecord& record, sys::BorrowedFd root, sys::BorrowedFd source,
                     sys::BorrowedFd target) {
  if (record.recursive_set || record.recursive_cleared) {
    return fail(Step::kMount, Operation::kSetAttributes, sys::kENOSYS);
  }
  const sys::MountFlags recursive =
      record.binding == Binding::kRecursive ? sys::kMS_REC : sys::MountFlags{};
  auto bound = sys::mount(DescriptorPath(source).path(), DescriptorPath(target).path(), nullptr,
                          sys::kMS_BIND | recursive, nullptr);
  if (!bound) return fail(Step::kMount, Operation::kBind, bound.error());
  const sys::MountFlags set = record.set & kPerMount;
  if (!set && !record.cleared) return {};
  sys::Fd mounted;
  TRY_STEP(reopen_bound(record, root, source, mounted));
  const sys::MountFlags kept = current_flags(mounted) & ~record.cleared;
  auto changed = sys::mount(nullptr, DescriptorPath(mounted).path(), nullptr,
                            sys::kMS_REMOUNT | sys::kMS_BIND | set | kept, nullptr);
  if (!changed) return fail(Step::kMount, Operation::kSetAttributes, changed.error());
  return {};
}

Failure set_propagation(const MountRecord& record, sys::BorrowedFd root) {
  auto mounted = rt::open_beneath(root, record.destination, sys::kO_PATH | sys::kO_CLOEXEC,
                                  rt::Links::kFollowInRoot);
  if (!mounted) return fail(Step::kMount, Operation::kOpen, mounted.error());
  auto result =
      sys::mount(nullptr, DescriptorPath(*mounted).path(), nullptr, record.propagation, nullptr);
  if (!result) return fail(Step::kMount, Operation::kSetPropagation, result.error());
  return {};
}

Failure refuse_over_proc(const MountRecord& record, sys::BorrowedFd target) {
  if (record.may_cover_proc) return {};
  auto on_proc = is_on_proc(target);
  if (!on_proc) return fail(Step::kMount, Operation::kStat, on_proc.error());
  if (*on_proc) return fail(Step::kMount, Operation::kVerify, sys::kEPERM);
  return {};
}

Failure open_source(const MountPlan& plan, size_t index, sys::Fd& source) {
  if (!plan.early_sources.empty()) {
    source = sys::Fd::adopt(plan.early_sources[index]);
    plan.early_sources[index] = -1;
    return {};
  }
  const char* path = plan.mounts[index].source;
  auto opened =
      sys::openat(sys::kAT_FDCWD, sys::CStr::from_terminated(path), sys::kO_PATH | sys::kO_CLOEXEC);
  if (!opened) return fail(Step::kMountSource, Operation::kOpen, opened.error());
  source = *std::move(opened);
  return {};
}

// A volume over /proc would take the writes that the runtime means for the kernel (CVE-2019-16884);
// a bind of a proc file system itself is what nested containers use.
Failure refuse_false_proc(const MountRecord& record, sys::BorrowedFd source) {
  if (record.kind != MountKind::kBind || std::string_view(record.destination) != "/proc") return {};
  auto on_proc = is_on_proc(source);
  if (!on_proc) return fail(Step::kMount, Operation::kStat, on_proc.error());
  if (!*on_proc) return fail(Step::kMount, Operation::kVerify, sys::kEPERM);
  return {};
}

Failure apply_bind(const MountPlan& plan, size_t index, sys::BorrowedFd root) {
  const MountRecord& record = plan.mounts[index];
  sys::Fd source;
  TRY_STEP(open_source(plan, index, source));
  TRY_STEP(refuse_false_proc(record, source));
  sys::Fd target;
  TRY_STEP(open_target(record, root, source, target));
  TRY_STEP(refuse_over_proc(record, target));
  return bind(record, root, source, target);
}

Failure apply_file_system(const MountRecord& record, sys::BorrowedFd root) {
  sys::Fd target;
  TRY_STEP(open_target(record, root, sys::BorrowedFd::from_raw(-1), target));
  TRY_STEP(refuse_over_proc(record, target));
  auto result = sys::mount(sys::CStr::from_terminated(record.source), DescriptorPath(target).path(),
                           sys::CStr::from_terminated(record.type), record.set, record.data);
  if (!result) return fail(Step::kMount, Operation::kMount, result.error());
  return {};
}

}  // namespace

Failure bind(const MountRecord& record, sys::BorrowedFd root, sys::BorrowedFd source,
             sys::BorrowedFd target) {
  const Failure detached = bind_detached(record, source, target);
  if (detached.error != sys::kENOSYS.value()) return detached;
  return bind_classic(record, root, source, target);
}

sys::MountFlags current_flags(sys::BorrowedFd mounted) {
  sys::Statfs status;
  if (!sys::portable::fstatfs(mounted, status)) return {};
  // statfs reports these with the bits of mount(2). The access time needs no care: a remount that
  // doesn't name one keeps what was.
  constexpr sys::MountFlags kReported =
      sys::kMS_RDONLY | sys::kMS_NOSUID | sys::kMS_NODEV | sys::kMS_NOEXEC;
  return sys::MountFlags::from_bits(static_cast<unsigned long>(status.flags)) & kReported;
}

Failure open_early_sources(MountPlan& plan) {
  for (size_t i = 0; i < plan.early_sources.size(); ++i) {
    if (plan.mounts[i].kind != MountKind::kBind) continue;
    auto opened = sys::openat(sys::kAT_FDCWD, sys::CStr::from_terminated(plan.mounts[i].source),
                              sys::kO_PATH | sys::kO_CLOEXEC);
    if (!opened) {
      return fail(Step::kMountSource, Operation::kOpen, opened.error(), static_cast<uint32_t>(i));
    }
    plan.early_sources[i] = std::move(opened).value().release();
  }
  return {};
}

Failure apply_mounts(const MountPlan& plan, sys::BorrowedFd root) {
  for (size_t i = 0; i < plan.mounts.size(); ++i) {
    const MountRecord& record = plan.mounts[i];
    Failure failure = record.kind == MountKind::kBind ? apply_bind(plan, i, root)
                                                      : apply_file_system(record, root);
    if (!failure.failed() && record.propagation) failure = set_propagation(record, root);
    if (failure.failed()) {
      failure.index = static_cast<uint32_t>(i);
      return failure;
    }
  }
  return {};
}

}  // namespace nosc::mounts
