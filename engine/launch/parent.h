// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "engine/plan/plan.h"
#include "engine/rt/arena.h"

namespace nosc::launch {

// When the container's program was started, for those who ask.
struct Timing {
  uint64_t started_us = 0;  // of the monotonic clock
};

// The monotonic clock in microseconds.
uint64_t now_us();

// Carries out a plan in the foreground: sets up the container, waits for its first process, hands
// signals on, and removes what was made.
// Returns the exit status of the container's program, or 128 + the signal that ended it; nothing
// where the host doesn't grant the overlay that the plan makes its root of.
// Errors: what failed, worded from the plan; nothing is left behind. An error of code kNotFound or
// kNotExecutable means that the set-up was complete and the program could not be started.
std::optional<int> run_foreground(Plan& plan, Arena& arena, Timing* timing = nullptr);

}  // namespace nosc::launch
