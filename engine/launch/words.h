// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/plan/plan.h"
#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/rt/failure.h"

namespace nosc::launch {

// The place of a failure to make the container's root.
inline constexpr const char* kRootPlace = "/root/path";

// Words a failed step of the set-up: where in the configuration it came from, what was done, to
// what, and why it failed. Shape: details live in `arena`.
Error describe_failure(const Failure& failure, const Plan& plan, Arena& arena);

}  // namespace nosc::launch
