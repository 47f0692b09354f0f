// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/hooks/hooks.h"
#include "engine/plan/plan.h"
#include "engine/rt/arena.h"
#include "engine/rt/failure.h"
#include "engine/state/record.h"

namespace nosc::launch {

// Lets the program of a created container run (process/stub/await_start.h).
// Returns what failed, or nothing when the program runs. Pre: the record is locked.
Failure start_waiting(const state::Record& record, sys::BorrowedFd connection);

// Runs the poststart hooks. A container whose start or hook failed is stopped.
// Shape: `plan` has the hooks, and the program for the words of errors.
// Errors: the hook that failed; `failure`, where there is one.
void finish_start(const state::Record& record, const Failure& failure, const Plan& plan,
                  Arena& arena);

}  // namespace nosc::launch
