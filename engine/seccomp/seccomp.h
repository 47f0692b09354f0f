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
// - otherwise by the set-up, after everything but the change of capabilities. The profile then has
// to
//   let through capset, execve and fchdir, fcntl, and prctl where there are ambient capabilities.
//
// SCMP_ACT_NOTIFY isn't supported yet: planning refuses it. What loads a filter with it says the
// number of the listener's descriptor and waits (kListenerEvent), which nobody hears so far.
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
enum class Loader : uint8_t { kStub, kSetUp };

struct SeccompPlan {
  std::span<const sys::SockFilter> program;  // empty: no filter
  sys::SeccompFlags flags;
  Loader loader = Loader::kStub;
  // Where the listener's descriptor is sent; nullptr: there is no listener.
  const char* listener_path = nullptr;
  std::string_view listener_metadata;
};

// Plans the filter that a configuration asks for.
// Errors: kInvalid: those of compile(); SCMP_ACT_NOTIFY without listenerPath, as the default, or on
// write; listenerMetadata without listenerPath.
SeccompPlan plan_seccomp(const spec::Config& config, Loader loader, Arena& arena);

// Loads the filter of a plan into the calling process, in the set-up.
// Returns the listener's descriptor, if there is a listener.
sys::Fd apply_seccomp(const SeccompPlan& plan);

}  // namespace nosc::seccomp
