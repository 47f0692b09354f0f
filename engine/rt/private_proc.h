// SPDX-License-Identifier: Apache-2.0
#pragma once

// A proc file system that no one else can mount over: what the runtime writes there reaches the
// kernel and nothing else (CVE-2019-16884, CVE-2019-19921, CVE-2025-52881).

#include <cstdint>

#include "syscalls/sys/fd.h"

namespace nosc::rt {

// Whose view of /proc may be used where a private one can't be had.
enum class VisibleProc : uint8_t {
  kHosts,   // the host's, which no container has touched
  kForeign  // a container's: none
};

// Opens a proc file system (O_PATH): the one at /proc where that is the host's, a private one
// otherwise. Ends the step where there is none, or what is at /proc isn't one.
sys::Fd open_proc(VisibleProc visible);

// Opens /proc/self/attr of the calling process (O_PATH) in a file system that shows nothing but
// processes, or nothing but this folder, so that the descriptor may be handed to a program of the
// container. Ends the step where there is none.
sys::Fd open_private_attributes();

}  // namespace nosc::rt
