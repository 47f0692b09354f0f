// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the parent and the container's first process say to each other, over one SOCK_SEQPACKET pair
// whose both ends close at exec. Every message is one record of fixed size.
//
// In one step (clone3 makes the namespaces and the process in its cgroup):
//
//   parent                                child
//   clone3 ------------------------------->
//   (new user namespace: write id maps)    waits
//   go ----------------------------------->
//                                          set-up up to the change of root
//   (write the pid into the record;
//    <------------------------ kHooks, where there are any; run them)
//   go ----------------------------------->
//                                          the rest of the set-up
//   <------------------------- kComplete, in `create`
//   (hand the listener over; <-- kListener, where a filter has one (seccomp/seccomp.h)
//    go) --------------------------------->
//                                          exec
//   <------------------------- end of file (the program runs), or kFailed and the record
//
// The last go is what makes a container that nosc can always find again: a child whose parent was
// killed before it wrote the pid down ends instead. A container without a record needs none.
//
// In `create` the end of file comes when the stub waits for its start, after kComplete; how that
// goes on is told by process/stub/await_start.h.
//
// Stepwise (clone3 is missing, or namespaces are joined: a process between the two enters and makes
// the namespaces, and its child becomes the container's first process):
//
//   parent                                between                       child
//   fork -------------------------------->
//                                          opens cgroup.procs, joins namespaces
//                       kUnshared <------- unshare(user)
//   (write id maps) go ------------------>
//                                          unshare(the rest), fork ---->
//                    kForked, pid <------- exit                         waits
//   waits for "between", go -------------------------------------------> joins the cgroup,
//                                                                        set-up ... exec
//   <---------------------------------------------- end of file, or kFailed and the record
//
// A go is sent only where the diagram shows one being waited for.

#include <cstdint>

#include "engine/rt/failure.h"
#include "engine/rt/waiting.h"
#include "syscalls/sys/fd.h"
#include "syscalls/sys/ids.h"
#include "syscalls/sys/result.h"

namespace nosc::launch {

// The two ends. Each process keeps its own and closes the other.
struct Channel {
  sys::Fd parent;
  sys::Fd child;
};

Channel open_channel();

// What the child learns with its leave to go on: how it looks from outside.
struct Go {
  sys::Pid pid{};
  uint32_t ignored_signals = rt::kStandardSignals;  // as for rt::reset_signals
};

// Parent: lets the other side go on. Child: waits for that.
// Errors: EPIPE on the child's side when the parent is gone.
sys::Result<void> send_go(sys::BorrowedFd parent_end, const Go& go = {});
// The same for a child that may have failed already: it has told why. Errors: any other.
void let_go_on(sys::BorrowedFd parent_end, const Go& go = {});
sys::Result<void> wait_for_go(sys::BorrowedFd child_end, Go& go);
inline sys::Result<void> wait_for_go(sys::BorrowedFd child_end) {
  Go go;
  return wait_for_go(child_end, go);
}

// What the parent hears.
enum class Event : uint16_t {
  kFailed,                     // a set-up step; also what the stub sends
  kUnshared,                   // the user namespace exists and waits for its maps
  kForked = kForkedEvent,      // `pid` is the container's first process, or exec's new one
  kHooks,                      // the moment of the hooks outside the container; the child waits
  kComplete,                   // all but the filter is done: who ends now is ready, or was killed
  kListener = kListenerEvent,  // the filter is loaded and its listener waits to be handed over
  kExecuted,  // end of file: every descriptor of the set-up is closed, the program runs
};

struct Message {
  Event event = Event::kFailed;
  Failure failure;
  sys::Pid pid{};
};

// Ends the process where the event can't be sent: both sides would wait for each other.
void send_event(sys::BorrowedFd child_end, Event event, sys::Pid pid);
void send_failure(sys::BorrowedFd child_end, const Failure& failure);

// Makes a failed step of the calling process (step.h) be sent and end the process.
void report_failures_to(sys::BorrowedFd child_end);

// Tells whether a message or the end of file comes next, as opposed to a terminal, which is sent
// through the same channel (console.h).
bool message_is_next(sys::BorrowedFd parent_end);

// Reads the next message; retries when a signal interrupts.
Message receive(sys::BorrowedFd parent_end);

}  // namespace nosc::launch
