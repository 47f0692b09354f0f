// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/cgroups/cgroups.h"
#include "engine/launch/child.h"
#include "engine/launch/protocol.h"
#include "engine/plan/plan.h"
#include "syscalls/sys/fd.h"
#include "syscalls/sys/ids.h"

namespace nosc::launch {

// The container's first process, as its parent knows it.
struct Init {
  sys::Pid pid{};
  bool stands_for_another = false;  // it is the process between, which ends as the first one does
  sys::Fd pidfd;                    // the same; none where the kernel has no such thing
  Message first;  // what the child said while it was started: kFailed, or nothing of interest
};

// What the start of the first process needs.
struct CloneContext {
  Plan* plan;
  Channel* channel;
  cgroups::Cgroup* cgroup;
  ChildContext child;
  // Set where the kernel (an emulator's) has no subreapers: the process between can't leave its
  // child to the parent then, so it stays, and ends as the child does.
  bool between_stays = false;
  int pidfd = -1;  // where clone3 puts it
};

// Starts the container's first process in its namespaces and its cgroup, in one step where the
// kernel has clone3 and nothing is joined, and otherwise stepwise (protocol.h). The child's end of
// the channel is closed in the parent.
// Errors: what the kernel refused; no process is left then.
Init start_init(CloneContext& context);

// Whether the kernel has no clone3, or one without a field for a cgroup yet (E2BIG, before 5.7).
bool lacks_clone3(const sys::Result<sys::Pid>& result);

// Ends a child that hasn't been waited for, and waits for it.
// Shape: for Undo; `pid` points to a sys::Pid, 0 as long as there is none.
void kill_and_reap(void* pid);

}  // namespace nosc::launch
