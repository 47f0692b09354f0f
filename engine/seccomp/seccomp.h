// SPDX-License-Identifier: Apache-2.0
#pragma once

// The system call filter of the container's first process and of all that come from it.
//
// Planning compiles the profile (compile.h) to the program that the kernel takes. It is loaded as
// late as the kernel allows, so that the profile needs to let through as little of the set-up as
// can be:
//
// - by the stub, as the last act before the program is executed, where no_new_privs is set or the
//   stub has CAP_SYS_ADMIN, as seccomp(2) demands one of them. The filter goes to it as an argument
//   in letters (process/stub/filter.h): no descriptor and no system call more.
// - by the set-up, as its last act, where startContainer hooks come after it, which the filter
//   holds for, or where a listener is to have it before the container waits for its start. The
//   profile then has to let through execve and fchdir, fcntl, what waiting for the start and
//   running hooks takes, and prctl where the listener is a plain user's.
// - by the set-up before the change of capabilities, where the program may not load it. That takes
//   capset too, and prctl where there are ambient capabilities.
//
// SCMP_ACT_NOTIFY hands calls to a process outside, the agent. Whoever loads the filter tells the
// parent the number of the listener's descriptor (kListenerEvent) by write(2), and waits. The
// parent takes a copy of the descriptor (pidfd_getfd) and gives it to the agent before it lets the
// container go on: so from the wait on, every call that the profile asks about has somebody who
// answers. The write alone has nobody, and asking about write is refused, as in runc.
// Source: seccomp(2), seccomp_unotify(2); runtime-spec, config-linux.md, "Seccomp".

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/rt/arena.h"
#include "engine/spec/config.h"
#include "syscalls/constants.h"
#include "syscalls/sys/fd.h"
#include "syscalls/sys/result.h"
#include "syscalls/types.h"

namespace nosc::seccomp {

// Who loads the filter.
enum class Loader : uint8_t {
  kStub,
  kSetUpLast,  // the set-up, as its last act
  kSetUp,      // the set-up, while it has all its capabilities
};

struct SeccompPlan {
  std::span<const sys::SockFilter> program;  // empty: no filter
  sys::SeccompFlags flags;
  Loader loader = Loader::kStub;
  // execveat(2) may be tried: the filter lets it through, or refuses it with an error.
  bool may_try_execveat = false;
  // Where the listener's descriptor is sent; nullptr: there is no listener.
  const char* listener_path = nullptr;
  std::string_view listener_metadata;
  // The parent is no administrator: it may take a descriptor only from who doesn't hide.
  bool parent_is_plain_user = false;
};

// Plans the filter that a configuration asks for.
// Errors: kInvalid: those of compile(); SCMP_ACT_NOTIFY without listenerPath, as the default, or on
// write; listenerMetadata without listenerPath.
SeccompPlan plan_seccomp(const spec::Config& config, Loader loader, Arena& arena);

// Loads the filter of a plan into the calling process, in the set-up.
// Returns the listener's descriptor, if there is a listener.
sys::Fd apply_seccomp(const SeccompPlan& plan);

}  // namespace nosc::seccomp
