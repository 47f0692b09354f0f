// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "syscalls/sys/fd.h"

namespace nosc::launch {

// Goes on in a sealed copy of nosc, unless this is one already: executes it with the same words. A
// container that joins a pid namespace has neighbours who could open its set-up's /proc/PID/exe,
// and so the host's file (CVE-2019-5736). Returns only as such a copy.
void continue_in_copy(char** argv, char** envp);

// Copies the running nosc into a sealed memory file, for the report, which runs inside a container
// and must not do so from the host's file (CVE-2019-5736).
sys::Fd open_self_copy();

}  // namespace nosc::launch
