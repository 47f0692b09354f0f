// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/cgroups/cgroups.h"
#include "engine/console/console.h"
#include "engine/launch/clone.h"
#include "engine/launch/protocol.h"
#include "engine/plan/plan.h"
#include "engine/rt/arena.h"
#include "engine/rt/undo.h"
#include "engine/state/record.h"

namespace nosc::launch {

// The monotonic clock in microseconds.
uint64_t now_us();

// A container while it is being made, and what its parent holds of it. Unless it is let go, it is
// gone when this is: its processes, its cgroup and its record, in that order.
struct Launch {
  // Shape: `record` is nullptr for a container that no other command can name.
  Launch(Plan& plan, state::Record* record, Arena& arena);

  Plan& plan;
  state::Record* record;
  Arena& arena;
  Lifetime lifetime = Lifetime::kForeground;
  sys::Fd console_socket;  // where the terminal is sent; none: to the parent, who relays
  sys::Fd pidfd_socket;    // where the first process's pidfd is sent, if it is
  sys::Fd agent;           // that the listener is handed over to; none: there is no listener
  sys::Fd program;
  sys::Fd start_socket;
  Channel channel;
  cgroups::Cgroup cgroup;
  Init init;
  sys::Fd terminal;
  bool ends_with_hooks = false;  // poststop ones
  Undo no_container;
  Undo no_init;
};

// Makes the container and waits until its program runs or, for one that outlives nosc, until it
// waits for its start. Returns false where the host doesn't grant the overlay that the plan makes
// its root of.
// Errors: what failed, worded from the plan; nothing is left behind. An error of code kNotFound or
// kNotExecutable means that the set-up was complete and the program could not be started.
bool set_up(Launch& launch);

// Waits for the first process of a foreground container; hands signals on.
// Returns the exit status of the container's program, or 128 + the signal that ended it.
int wait(Launch& launch);

// Leaves the container to itself.
void let_go(Launch& launch);

}  // namespace nosc::launch
