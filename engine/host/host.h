// SPDX-License-Identifier: Apache-2.0
#pragma once

// What this host offers, asked once before planning.
//
// Planning is pure: whatever it has to know about the machine is in HostFacts, so a test can plan
// for any machine. Only what changes the plan is asked, with about eight system calls. Whether the
// kernel knows a system call isn't asked at all: the call itself answers ENOSYS, and each has one
// documented way around at the place where it is made.

#include <cstdint>
#include <span>

#include "engine/host/controllers.h"
#include "engine/rt/arena.h"
#include "engine/rt/error.h"

namespace nosc {

// How control groups are mounted.
enum class CgroupLayout : uint8_t {
  kNone,     // no control groups at all, or in no place that nosc finds
  kLegacy,   // version 1 hierarchies only
  kHybrid,   // version 1 hierarchies with the cgroup2 hierarchy beside them
  kUnified,  // the cgroup2 hierarchy alone
};

// The module that labels processes on this host, if it is one that nosc knows.
enum class SecurityModule : uint8_t { kNone, kApparmor, kSelinux };

// Who runs this process, as its user namespace numbers users.
struct Caller {
  uint32_t euid = 0;
  uint32_t egid = 0;
};

// A hierarchy of cgroup version 1.
struct CgroupHierarchy {
  const char* mount = "";       // absolute path
  const char* own_cgroup = "";  // this process's own cgroup below the mount; empty when unknown
  Controllers controllers;
};

struct HostFacts {
  uint32_t euid = 0;
  uint32_t egid = 0;
  CgroupLayout cgroup_layout = CgroupLayout::kNone;
  const char* cgroup_mount = "";  // absolute path of the cgroup2 hierarchy; empty: none
  // Below that mount, "/" or "/a/b", where containers go whose caller may not have them anywhere:
  // the caller's own cgroup, or the one above if that is the caller's too. Empty when unknown.
  const char* own_cgroup = "";
  bool is_confined_root = false;  // a user namespace's: a plain user to cgroups
  std::span<const CgroupHierarchy> cgroup_hierarchies = {};  // of version 1, in no order
  uint32_t last_capability = 0;         // the highest number that the kernel knows
  uint64_t permitted_capabilities = 0;  // of the caller, one bit each
  SecurityModule security_module = SecurityModule::kNone;  // probe_security_module()'s
};

// Whether the caller may make cgroups at the top of a hierarchy.
inline bool owns_cgroups(const HostFacts& facts) {
  return facts.euid == 0 && !facts.is_confined_root;
}

// Asks the host for all but the cgroups and the security module.
HostFacts probe_host(const Caller& caller);

// Asks for the cgroups: only a container that is to be made needs them.
// Errors: out of memory only; what can't be found out is left as not offered.
void probe_cgroups(HostFacts& facts, Arena& arena);

// Asks for the security module: only a configuration with labels needs it.
SecurityModule probe_security_module();

// Whether this process's ids are those of a user namespace, by what every runtime goes by: the
// kernel's first namespace has all ids in one range. False where /proc doesn't tell.
// Source: user_namespaces(7).
bool is_in_user_namespace();

}  // namespace nosc
