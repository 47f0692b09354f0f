// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "engine/cgroups/cgroups.h"
#include "engine/console/console.h"
#include "engine/launch/protocol.h"
#include "engine/plan/plan.h"
#include "engine/rt/arena.h"
#include "engine/rt/undo.h"

namespace nosc::launch {

// The monotonic clock in microseconds.
uint64_t now_us();

// What a foreground container holds in the parent while it lives. Gone, nothing is left of it.
struct Foreground {
  explicit Foreground(Plan& plan);

  Plan& plan;
  sys::Fd program;
  Channel channel;
  cgroups::Cgroup cgroup;
  console::HeldSignals signals;
  Undo no_cgroup;

 private:
  static void remove_cgroup(void* foreground);
};

// Carries out a plan in the foreground: sets up the container, waits for its first process, hands
// signals on. Tells when the program was started, if asked, by the monotonic clock.
// Returns the exit status of the container's program, or 128 + the signal that ended it; nothing
// where the host doesn't grant the overlay that the plan makes its root of.
// Errors: what failed, worded from the plan; nothing is left behind. An error of code kNotFound or
// kNotExecutable means that the set-up was complete and the program could not be started.
std::optional<int> run_foreground(Foreground& foreground, Arena& arena,
                                  uint64_t* started_us = nullptr);

}  // namespace nosc::launch
