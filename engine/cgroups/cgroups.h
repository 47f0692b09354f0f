// SPDX-License-Identifier: Apache-2.0
#pragma once

// The container's cgroup: made before the container's first process, which is born in it, and
// removed after its last.
//
// Where a path leads (runtime-spec leaves it to the runtime, but for absolute ones):
//   "/a/b"   below the cgroup2 mount point
//   "a/b"    below the mount point for root, so that a value means the same place every time;
//            below the caller's own cgroup for anybody else, who may have been given that one only
//   absent   nosc-ID in the same place, where it is allowed; elsewhere silently no cgroup of its
//   own
// A path that was asked for and can't be had is an error, never ignored. Components ".." are
// refused. The cgroup2 file system has no symbolic links and only the host's root can mount over
// it, so its paths are used as they are.
//
// Directories are made from the deepest up, one mkdir where the parent exists. What nosc made, nosc
// removes, children first, and stops at the first that others use. A cgroup that exists already and
// isn't empty is refused: what is done to one container must not happen to another.
// Source: runtime-spec 1.3.0, config-linux.md, "Control groups"; kernel cgroup-v2.rst; clone3(2).

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/host/host.h"
#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/rt/failure.h"
#include "engine/rt/place.h"
#include "engine/spec/config.h"
#include "syscalls/sys/fd.h"

namespace nosc::cgroups {

enum class CgroupUse : uint8_t {
  kNone,         // stay in the caller's cgroup
  kIfPermitted,  // by default: do without where it isn't allowed
  kRequired,     // asked for in the configuration
};

struct CgroupPlan {
  CgroupUse use = CgroupUse::kNone;
  const char* mount = "";  // absolute path of the cgroup2 hierarchy
  // Below it, cleaned, relative: "a/b". Writable: applying cuts it to its leading parts for a
  // moment.
  std::span<char> path;  // without the NUL behind it
  Place place;
};

// A cgroup in use; both descriptors are empty where the container has none of its own.
struct Cgroup {
  sys::Fd hierarchy;           // the mount point
  sys::Fd directory;           // for CLONE_INTO_CGROUP
  size_t existing_length = 0;  // the leading part of the path, in bytes, that nosc didn't make
};

// Decides where the container's cgroup is.
// Errors: a path that was asked for on a host without cgroup2; a path with ".." or nothing in it.
CgroupPlan plan_cgroup(const spec::Linux& linux, std::string_view container_id,
                       const HostFacts& facts, Arena& arena);

// Makes the directories and opens the last one. In the parent, before clone.
// Errors: EBUSY for a cgroup that isn't empty. A missing permission is none for kIfPermitted, whose
// `cgroup` then stays empty.
void apply_cgroup(const CgroupPlan& plan, Cgroup& cgroup);

// Moves the calling process into the cgroup: where the kernel can't start a process inside.
void join_cgroup(sys::BorrowedFd directory);

// Removes what apply_cgroup() made, with what the container made beneath it; kills what is left
// inside and waits for it, up to two seconds.
// Errors: EBUSY when something stays alive. Nothing is done where `cgroup` is empty.
void remove_cgroup(const CgroupPlan& plan, Cgroup& cgroup);

}  // namespace nosc::cgroups
