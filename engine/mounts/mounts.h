// SPDX-License-Identifier: Apache-2.0
#pragma once

// The container's file system tree.
//
// The plan is three arrays of records in the order in which they are carried out: the entries of
// `mounts`, the paths that become read-only when those are in place, and the masked paths.
// They are applied in the container's mount namespace while the host's tree is still the root, so
// that bind sources are host paths. Inside the rootfs no path is ever used by name: a target is
// opened beneath the root's descriptor (rt/rooted.h) and mounted on through the descriptor, so that
// a symbolic link or a rename inside the image can't lead a mount out of it (CVE-2021-30465).
//
// Descriptors are named to mount(2) as /proc/self/fd/N: this is the host's /proc, which the
// container has no part in before the root changes. On kernels with the newer interface
// (open_tree, mount_setattr, move_mount) bind mounts are made detached, given their attributes and
// then attached in one step, so that they are never visible with weaker ones.

#include <cstdint>
#include <span>

#include "engine/mounts/options.h"
#include "engine/rt/error.h"
#include "engine/rt/failure.h"
#include "engine/rt/place.h"
#include "engine/spec/config.h"
#include "syscalls/sys/fd.h"

namespace nosc::mounts {

// What stands at a mount's destination or source by the rules of the container, beyond its type.
enum class MountKind : uint8_t {
  kFileSystem,  // a new superblock of `type`
  kProc,        // the same; the destination must be a real directory of the rootfs
  kBind,        // a host path
};

// One entry of `mounts`. Strings are NUL-terminated and live in the arena.
struct MountRecord {
  MountKind kind = MountKind::kFileSystem;
  Binding binding = Binding::kNone;
  // The destination may stand inside a proc file system (lxcfs and kin).
  bool may_cover_proc = false;
  bool copy_up = false;          // a new tmpfs begins with what the image has at its destination
  const char* destination = "";  // cleaned, absolute, beneath the root
  const char* source = "";       // bind: a host path, or one beneath the root; otherwise a name
  // The source lies in the container's own tree, where what was mounted before is found.
  bool is_from_root = false;
  const char* type = "";
  const char* data = "";
  // The four octal digits in `data` that become those of the destination: a tmpfs that isn't given
  // a mode takes that of the directory which it covers, if it was there. nullptr: none.
  char* mode_digits = nullptr;
  sys::MountFlags set{};
  sys::MountFlags cleared{};
  // A bind whose flags are changed at all loses its source's nosuid, nodev and noexec, unless they
  // are named, as the remount of other runtimes has it; not those that its user namespace locks.
  bool loses_unnamed = false;
  sys::MountFlags recursive_set{};
  sys::MountFlags recursive_cleared{};
  sys::MountFlags propagation{};
  // A cgroup mount of version 1: a tmpfs, in which MountPlan::cgroups are bound with these flags.
  bool holds_cgroups = false;
  sys::MountFlags cgroup_flags{};
  Place place;
};

// One name in a directory of version 1's cgroup hierarchies: the container's own cgroup in one, or
// a link, such as cpu to cpu,cpuacct.
struct CgroupEntry {
  const char* name = "";
  const char* source = "";  // absolute host path; of a link the name that it leads to
  bool is_link = false;
};

// One entry of `linux.maskedPaths`: files are covered by /dev/null, directories by an empty,
// read-only tmpfs; what is missing needs no mask.
struct MaskRecord {
  const char* path = "";
  Place place;
};

// How a path becomes read-only.
enum class ReadOnlyKind : uint8_t {
  kSelfBind,  // `linux.readonlyPaths`: bound on itself; what is missing is left
  kRemount,   // a mount of `mounts` that had to be writable during set-up
};

struct ReadOnlyRecord {
  ReadOnlyKind kind = ReadOnlyKind::kSelfBind;
  const char* path = "";
  Place place;
};

// What the new root is made of.
enum class RootKind : uint8_t {
  kDirectory,     // `root.path`
  kHostOverlay,   // the host's root beneath a tmpfs that takes the changes
  kHostReadOnly,  // the host's tree, read-only throughout
};

// How the container's root becomes the root.
enum class RootEntry : uint8_t {
  kPivot,
  // Moved over the old one and entered with chroot, for roots that can't be pivoted from, such as
  // an initial ramdisk. The old root is covered, not gone.
  kMove,
  // A container in its caller's mount namespace: mount_root() has made the root a mount there, and
  // whoever removes the container takes it away. Who may call chroot(2) can leave such a root.
  kChroot,
};

struct RootRecord {
  RootKind kind = RootKind::kDirectory;
  // Absolute host path of the directory; of the host kinds: the place that the root is mounted over
  // while it is made.
  const char* path = "";
  sys::MountFlags propagation{};  // of the runtime's own copy of the mounts, with MS_REC
  // `rootfsPropagation` as configured, for the container's root itself; zero where it is not.
  sys::MountFlags root_propagation{};
  bool read_only = false;
  RootEntry entry = RootEntry::kPivot;
  // Of kMove: where the kernel's own file systems are mounted, for them to be hidden.
  std::span<const char* const> hidden = {};
};

struct MountPlan {
  RootRecord root;
  std::span<MountRecord> mounts;
  std::span<const CgroupEntry> cgroups;  // of the mounts that hold them
  std::span<MaskRecord> masks;
  std::span<ReadOnlyRecord> read_only;
  // The source descriptors of bind mounts, opened before the ids change; one per mount, -1 where
  // unused. Written by the child, which owns it after clone. Empty: open at the time of mounting.
  std::span<int> early_sources;
  // True where /dev is the container's own and gets the default devices.
  bool populate_dev = true;
};

// What the mounts depend on outside their own entries.
struct MountContext {
  std::string_view bundle;              // absolute; relative sources and root.path start there
  const char* cgroup2_mount = nullptr;  // the host's cgroup2 mount point; nullptr: none
  bool new_cgroup_namespace = false;
  bool has_user_namespace = false;  // of its own, new or joined
  bool is_administrator = false;    // may mount cgroups itself: CAP_SYS_ADMIN over the caller's
  std::span<const CgroupEntry> cgroups = {};  // where version 1 is shown; empty: cgroup2 is
  bool selinux = false;                       // the host labels files
};

// Says everything about the mounts that the config and its context tell.
// Errors: the first wrong entry, with its place.
MountPlan plan_mounts(const spec::Config& config, const MountContext& context, Arena& arena);

// Opens the sources of bind mounts with the ids of the caller, in the container's new mount
// namespace: after the change to the container's ids a source may be out of reach.
void open_early_sources(MountPlan& plan);

// Turns the root directory of a container without a mount namespace of its own into a mount that
// passes nothing on, for everything else to be mounted on.
void mount_root(const RootRecord& record);

// Takes it away with all that is on it. What has been unmounted already is no error.
// Shape: NUL-terminated.
void unmount_root(const char* path);

// Makes the mounts private as planned and turns the root directory into a mount of its own.
// Returns its descriptor in `root`.
sys::Fd prepare_root(const RootRecord& record);

// Mounts the entries of `mounts` in order beneath `root`.
void apply_mounts(const MountPlan& plan, sys::BorrowedFd root);

// Makes paths read-only and masks paths beneath `root`. Devices must be in place.
void apply_path_restrictions(const MountPlan& plan, sys::BorrowedFd root);

// Makes a directory the root of this process, as chroot(2) does.
// Step: kEnterRoot.
void change_root(sys::BorrowedFd root);

// Makes `root` the root of this process and lets go of the host's tree.
// Pre: single-threaded, in the container's own mount namespace.
void enter_root(const RootRecord& record, sys::BorrowedFd root);

}  // namespace nosc::mounts
