// SPDX-License-Identifier: Apache-2.0
#pragma once

// One more process in a container that exists (`exec`).
//
// Who enters is in danger from who is inside already: a process of the container may trace it or
// look at its /proc entry. So what enters is set up before it can be seen, and what is seen is the
// stub, with no more rights than the program has (CVE-2016-9962, CVE-2019-5736); every descriptor
// closes at exec, and the working directory is checked (CVE-2024-21626).
//
//   parent                              between                         new process
//   clone3 ---------------------------->
//                                        namespaces, limits, ids, ...
//   <----------------------------------- the terminal, if there is one
//                                        the stub (process/stub/in_place.h)
//                       kForked <------- clone(CLONE_PARENT) ----------> exec
//   <------------------------------------------- end of file, or kFailed and the record
//
// A joined pid namespace takes only children, hence the process between, which is never seen in the
// container; CLONE_PARENT makes the new process a child of the parent all the same. Both are in the
// container's cgroup, and count there. kFailed of the new process may overtake kForked.
//
// Where the stub can't be entered so (an emulator, a listener for the filter), the new process is
// made before the limits, and nosc goes on in it: from a sealed copy of its file, which the caller
// has seen to, and so that it can't be dumped or traced but by who may trace everybody.

#include <cstdint>

#include "engine/cgroups/cgroups.h"
#include "engine/console/console.h"
#include "engine/launch/clone.h"
#include "engine/launch/last_stage.h"
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

  bool is_hole(uint32_t i) const { return i < 64 && (holes >> i & 1) != 0; }
};

// What the new process is made from and what its parent holds of it.
struct Entry {
  Plan& plan;                      // make_exec_plan()'s
  const state::Record& record;     // of the container
  sys::BorrowedFd container;       // pidfd of the first process
  sys::BorrowedFd console_socket;  // where the terminal is sent; -1: to the parent, who relays
  PreservedFds preserved_fds;
  cgroups::Cgroup cgroup = {};                              // empty: those of the caller
  sys::BorrowedFd program = sys::BorrowedFd::from_raw(-1);  // process::open_stub()'s
  Birth birth = Birth::kDone;
  bool is_in_cgroup = false;  // in that of cgroup2, by its birth
  sys::Fd agent = {};         // that the listener is handed over to; none: there is no listener
  Channel channel = {};
  Init init = {};
  sys::Fd terminal = {};
};

// How the planned process can be made here. Shape: `program` is process::open_stub()'s.
Birth birth_of(const Plan& plan, sys::BorrowedFd program);

// Starts the planned process in the container and waits until its program runs.
// Errors: what failed, worded from the plan; no process is left then.
// Pre: Birth::kDone: nosc is a sealed copy (launch/self.h).
void enter(Entry& entry, Arena& arena);

}  // namespace nosc::launch
