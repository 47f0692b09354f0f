// SPDX-License-Identifier: Apache-2.0
#pragma once

// One more process in a container that exists (`exec`).
//
// Who enters is in danger from who is inside already: until its last execve the new process has the
// runtime's rights and descriptors, and a process of the container may trace it or look at its
// /proc entry. So it can't be dumped or traced from before it enters (CVE-2016-9962), it runs from
// a sealed copy of nosc and not from the host's file (CVE-2019-5736; the caller's part), every
// descriptor closes at exec, and the working directory is checked (CVE-2024-21626).
//
//   parent                              between                         new process
//   vfork ----------------------------->
//                                        namespaces, cgroups
//                       kForked <------- clone(CLONE_PARENT) ---------->
//   waits for "between", go ------------------------------------------> limits, ids, ... exec
//   <------------------------------------------- the terminal, if there is one
//   <------------------------------------------- end of file, or kFailed and the record
//
// A joined pid namespace takes only children, hence the process between; CLONE_PARENT makes the new
// process a child of the parent all the same. The one between is never seen in the container, so it
// may do with the parent's memory: the parent stands still until it has ended. The new process is
// born with a copy, and in all namespaces at once.

#include <cstdint>

#include "engine/cgroups/cgroups.h"
#include "engine/console/console.h"
#include "engine/launch/clone.h"
#include "engine/launch/protocol.h"
#include "engine/plan/plan.h"
#include "engine/rt/arena.h"
#include "engine/state/record.h"
#include "syscalls/sys/fd.h"

namespace nosc::launch {

// The caller's descriptors that the program gets: so many from 3 on, but for holes.
struct PreservedFds {
  static constexpr uint32_t kFirst = 3;

  uint32_t count = 0;
  uint64_t holes = 0;  // a bit for each number that isn't the caller's, from kFirst on
};

// What the new process is made from and what its parent holds of it.
struct Entry {
  Plan& plan;                      // make_exec_plan()'s
  const state::Record& record;     // of the container
  sys::BorrowedFd container;       // pidfd of the first process
  sys::BorrowedFd console_socket;  // where the terminal is sent; -1: to the parent, who relays
  PreservedFds preserved_fds;
  cgroups::Cgroup cgroup = {};  // empty: those of the caller
  sys::Fd program = {};
  sys::Fd agent = {};  // that the listener is handed over to; none: there is no listener
  Channel channel = {};
  Init init = {};
  sys::Fd terminal = {};
};

// Starts the planned process in the container and waits until its program runs.
// Errors: what failed, worded from the plan; no process is left then.
void enter(Entry& entry, Arena& arena);

}  // namespace nosc::launch
