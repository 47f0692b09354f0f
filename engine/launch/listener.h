// SPDX-License-Identifier: Apache-2.0
#pragma once

// The process outside that answers for the container's notified system calls, the seccomp agent:
// it listens on linux.seccomp.listenerPath, and is sent one message with the state of the
// container's process and the listener's descriptor.
// Source: runtime-spec 1.3.0, config-linux.md, "The Container Process State"; seccomp_unotify(2).

#include <cstdint>
#include <string_view>

#include "engine/launch/clone.h"
#include "engine/rt/arena.h"
#include "engine/rt/place.h"
#include "engine/seccomp/seccomp.h"
#include "engine/state/record.h"
#include "syscalls/sys/fd.h"

namespace nosc::launch {

// Connects to a unix stream socket. Errors: what the kernel says, with `place`.
sys::Fd connect_to(std::string_view path, const Place& place = {});

// Connects to the agent, before anything is done that would have to be taken back.
// Returns nothing where the plan has no listener.
sys::Fd connect_to_agent(const seccomp::SeccompPlan& plan);

// What the agent is told of.
struct Notified {
  const Init* process;        // which loaded the filter, and waits
  const state::Texts* texts;  // of the container
  sys::Pid container_pid{};   // of its first process
  state::Status status{};
};

// Takes a copy of the process's descriptor `number`, the listener, and sends it to the agent.
// Errors: ENOSYS before Linux 5.6; what the agent's socket says.
void hand_over_listener(sys::BorrowedFd agent, const seccomp::SeccompPlan& plan, uint32_t number,
                        const Notified& notified, Arena& arena);

}  // namespace nosc::launch
