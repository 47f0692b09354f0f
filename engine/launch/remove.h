// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/hooks/hooks.h"
#include "engine/rt/arena.h"
#include "engine/state/record.h"

namespace nosc::launch {

// Removes what is left of a container whose first process is gone, or was never made: what its
// cgroup still holds, the cgroup, the start socket and the record, and then runs poststop hooks,
// whose failures are warnings.
// Shape: no hooks are run where `hooks` is nullptr. Pre: the record is locked.
void remove_container(state::Record& record, const hooks::HookPlan* hooks, Arena& arena);

// Kills the first process of a container and waits for its end, up to ten seconds.
// Errors: EBUSY when it stays.
void kill_init(const state::Record& record);

}  // namespace nosc::launch
