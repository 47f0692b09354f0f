// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/rt/arena.h"
#include "engine/rt/result.h"
#include "syscalls/sys/fd.h"

namespace nosc::launch {

// Copies the running nosc into a sealed memory file, for the report, which runs inside a container
// and must not do so from the host's file (CVE-2019-5736).
Result<sys::Fd> open_self_copy(Arena& arena);

}  // namespace nosc::launch
