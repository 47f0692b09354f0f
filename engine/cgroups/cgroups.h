// SPDX-License-Identifier: Apache-2.0
#pragma once

// The container's cgroup: made and limited before the container's first process, which is born in
// it, and removed after its last.
//
// A container has one cgroup path in several hierarchies: in cgroup2's (clone3 starts the process
// inside), and on hosts with version 1 in each of theirs (the process joins them by cgroup.procs,
// as its first act). A controller is in exactly one hierarchy, and its limits are written there, in
// the words of that version; the configuration always speaks those of version 1.
//
// Where a path leads (runtime-spec leaves it to the runtime, but for absolute ones):
//   "/a/b"   below the mount point of each hierarchy
//   "a/b"    below the mount point for root, so that a value means the same place every time;
//            beside the caller's own cgroup for anybody else, a user namespace's root too, where
//            that is permitted, and else below it
//   absent   the container's id in the same place, where it is allowed; elsewhere silently no
//            cgroup of its own, unless a limit is asked for. Without limits cgroup2's hierarchy is
//            enough.
// A path or a limit that was asked for and can't be had is an error, never ignored; what wasn't
// asked for isn't needed. Components ".." are refused. Cgroup file systems have no symbolic links
// and only the host's root can mount over them, so their paths are used as they are.
//
// Directories are made from the deepest up, one mkdir where the parent exists. What nosc made, nosc
// removes, children first, and stops at the first that others use. A cgroup that exists already and
// isn't empty is refused: what is done to one container must not happen to another.
//
// Everything that is done to a cgroup later (control.h) takes the same CgroupPlan, which the
// container's record keeps as text: write_hierarchies() and read_hierarchies().
// Source: runtime-spec 1.3.0, config-linux.md, "Control groups"; kernel cgroup-v2.rst, cgroup-v1/;
// clone3(2).

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/cgroups/devices.h"
#include "engine/host/host.h"
#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/rt/failure.h"
#include "engine/rt/place.h"
#include "engine/rt/writer.h"
#include "engine/spec/config.h"
#include "syscalls/sys.h"

namespace nosc::cgroups {

enum class CgroupUse : uint8_t {
  kNone,         // stay in the caller's cgroup
  kIfPermitted,  // by default: do without where it isn't allowed
  kRequired,     // asked for in the configuration
};

// In place of Hierarchy::existing_bytes: the container has no cgroup in that hierarchy.
inline constexpr uint32_t kNotInIt = 0;

// The container's cgroup in one hierarchy.
struct Hierarchy {
  // The cgroup's absolute path without the NUL behind it. Writable: applying cuts it to its leading
  // parts for a moment.
  std::span<char> path;
  uint32_t mount_bytes = 0;  // the leading part that is the mount point
  // The leading part, in bytes, that was there before: all of it until apply_cgroup() makes the
  // rest, and only what is behind it is ever removed. kNotInIt: there is none, by permission.
  uint32_t existing_bytes = 0;
  Controllers controllers;  // of version 1; empty: the cgroup2 hierarchy

  bool is_cgroup2() const { return !controllers; }
  std::string_view text() const { return {path.data(), path.size()}; }
  std::string_view mount() const { return text().substr(0, mount_bytes); }
  sys::CStr c_str() const { return sys::CStr::from_terminated(path.data()); }
};

// What to do where a file isn't there, or can't be written as it is.
enum class WriteKind : uint8_t {
  kValue,
  kOptional,       // nothing to do without the file
  kElseNext,       // without the file the next record is used instead, and only then
  kDevice,         // a rule for devices: not permitted in user namespaces, and not needed there
  kDefaultDevice,  // the same that nobody asked for: what refuses it does without
  kKeepFirstWord,  // what the file says first stands before the value
  kNotBelow,       // nothing is written: the file's number must not be above the value
};

// One write to a file of the cgroup.
struct WriteRecord {
  WriteKind kind = WriteKind::kValue;
  uint8_t hierarchy = 0;  // index
  bool failed = false;    // written by applying: it may succeed when the others are there
  const char* file = "";
  std::string_view value;
  Place place;
};

struct CgroupPlan {
  CgroupUse use = CgroupUse::kNone;
  std::span<Hierarchy> hierarchies;  // cgroup2's is the first, where there is one
  std::span<WriteRecord> writes;
  Controllers needed;  // of cgroup2: to be enabled for the cgroup
  DevicePlan devices;
  sys::Uid owner{};  // of the cgroup2 directory, when it is handed to the container's user
  bool has_owner = false;
  Place place;
};

// What the container's first process needs of its cgroups until it is inside.
struct Cgroup {
  sys::Fd directory;  // of cgroup2, for CLONE_INTO_CGROUP; empty: none
  // The open cgroup.procs files of version 1, and of cgroup2 where clone3 is missing.
  sys::Fd members[kMaximumHierarchies];
};

// Decides where the container's cgroup is and what is written there.
// Errors: a path that was asked for on a host without cgroups; a path with ".." or nothing in it; a
// limit whose controller no hierarchy has, or that is out of its range.
CgroupPlan plan_cgroup(const spec::Linux& linux, std::string_view container_id,
                       const HostFacts& facts, Arena& arena);

// Plans the writes of `resources` for the hierarchies that the plan has, in place of its own.
// `made` are the container's own devices; nullptr: without rules for devices it keeps those that it
// has.
void plan_resources(const spec::Resources& resources, const std::span<const spec::Device>* made,
                    CgroupPlan& plan, Arena& arena);

// Decides whether cgroup2's directory is given to the container's user: when it has a new user and
// a new cgroup namespace and a cgroup mount that it may write to. Source: runtime-spec 1.3.0,
// config-linux.md, "Cgroup ownership".
void plan_owner(const spec::Config& config, sys::NamespaceFlags created, CgroupPlan& plan);

// Makes the directories, sets the limits and opens what the first process needs. In the parent,
// before clone.
// Errors: EBUSY for a cgroup that isn't empty; a limit that can't be set, with its place. A missing
// permission is none for kIfPermitted: the hierarchy is left out then.
void apply_cgroup(CgroupPlan& plan, Cgroup& cgroup);

// Sets the plan's limits in cgroups that are in use; device rules replace the former ones.
void apply_update(CgroupPlan& plan);

// Opens the member files of an existing container's cgroups, for a process that is to join them
// all: cgroup2's directory for clone3, the files of version 1. What it doesn't have is left empty.
// A cgroup2 that passes controllers on takes no process; that of `member` is meant then, the
// container's first process, as for an init system in it. 0: the cgroup is meant as it is.
// Source: cgroups(7), "no internal processes".
void open_cgroup(const CgroupPlan& plan, sys::Pid member, Cgroup& cgroup);

// Makes join_cgroups() join cgroup2 too: where the kernel can't start a process inside.
void open_unified_members(Cgroup& cgroup);

// Whether a process that joins runs on every CPU that its cgroups have, whatever its caller was
// bound to, or where that was among them.
enum class Processors : uint8_t { kCgroups, kCallers };

// Moves the calling process into the cgroups that it wasn't started in.
// Step: kJoinCgroup.
void join_cgroups(const Cgroup& cgroup, Processors processors);

// What becomes of processes that are still in a cgroup that is to go.
enum class Occupants : uint8_t {
  kKilled,
  kLeft,  // nobody knows whose they are: they are waited for, and else it stays
};

// Removes what apply_cgroup() made, with what the container made beneath it, and waits until the
// last process is gone, up to two seconds.
// Errors: EBUSY when something stays alive that was to be killed.
void remove_cgroup(CgroupPlan& plan, Occupants occupants);

// Removes it before anyone was inside, and does without.
void leave_cgroup(CgroupPlan& plan, Cgroup& cgroup);

// Writes the hierarchies as text for the container's record, and makes them from it.
// Shape: for each its controllers' bits, the bytes of the mount and of the path, and the path:
// "8:15:22:/sys/fs/cgroup/pids/a/b;". What was there before is kept beside it: KeptBytes. A
// hierarchy without the container's cgroup (kNotInIt) isn't among those that are read.
void write_hierarchies(const CgroupPlan& plan, Writer& out);
inline constexpr size_t kHierarchyTextBytes = 32;  // at most, for each, beside its path

// Hierarchy::existing_bytes of each, as a record keeps them.
using KeptBytes = std::array<uint16_t, kMaximumHierarchies>;
KeptBytes kept_bytes(const CgroupPlan& plan);
// The same before the cgroups are made: what there is of each path at this moment, without its last
// component. Whoever is killed while making the rest has said beforehand what is to be removed.
KeptBytes find_existing(const CgroupPlan& plan);

// Errors: kInvalid for text that the above didn't write.
CgroupPlan read_hierarchies(std::string_view text, const KeptBytes& kept, Arena& arena);

}  // namespace nosc::cgroups
