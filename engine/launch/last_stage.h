// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/plan/plan.h"
#include "engine/process/process.h"
#include "engine/seccomp/seccomp.h"
#include "syscalls/sys/fd.h"

// How a set-up ends, the first process's and exec's: the filter and the way into the stub.

namespace nosc::launch {

// Keeps processes of the same user and pid namespace from tracing the calling one, which still has
// the host's files, and from opening what it has open (CVE-2016-9962). Executing a program ends it,
// and so may a change of ids, behind which it is to be said again.
// Pre: nothing of its own in /proc has to be written by it any more, but by root: the files are
// root's from here on.
void hide_from_tracers();

// Whether the set-up loads the seccomp filter itself at that moment.
bool loads_filter(const seccomp::SeccompPlan& plan, seccomp::Loader moment);

// Loads what can't be left to the stub. The profile is in force from here on. Where that is before
// the change of capabilities, the resource limits have waited for it: it opens the last descriptor.
// Shape: `directory` outlives `last`, which refers to it from here on.
void load_filter(const Plan& plan, process::Waits waits, sys::BorrowedFd channel,
                 process::ExecDescriptors& last, sys::Fd& directory);

// Whether the process that becomes the program is there already, or the stub makes it.
enum class Birth : uint8_t { kDone, kByStub };

// Goes on in the stub without executing it, and leaves to it what has to come after nosc's file is
// left: the filter and the capabilities. Returns where that can't be had (process::map_stub()) or
// the filter has a listener; then only capabilities have changed that the program's own take the
// place of. Pre: nothing stands between this and the program, no hook and no wait.
void enter_in_place(const Plan& plan, const process::ExecDescriptors& last,
                    Birth birth = Birth::kDone);

}  // namespace nosc::launch
