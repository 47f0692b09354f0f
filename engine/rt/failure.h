// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the set-up of a container reports when a step fails.
//
// Between clone and exec nothing is allocated and nothing is formatted: the child writes one record
// of fixed size into a pipe, and the parent, which holds the plan and the configuration, puts it
// into words (launch/words.h). A step that works on an array of records says which one failed.

#include <cstdint>

#include "syscalls/errno.h"

namespace nosc {

// The steps of the set-up in the order of their first use.
enum class Step : uint8_t {
  kNone,  // nothing failed
  kClone,
  kUserNamespace,
  kSession,
  kJoinNamespace,  // index: entry of the plan's joins
  kNewNamespaces,
  kLoopback,
  kJoinCgroup,
  kCgroupNamespace,
  kTimeNamespace,
  kProc,  // a proc file system that is surely the kernel's
  kKeyring,
  kMountSource,  // index: entry of `mounts`
  kRoot,
  kMount,   // index: entry of `mounts`
  kDevice,  // index: default device
  kLink,    // index: default link
  kTerminal,
  kMask,          // index: entry of `linux.maskedPaths`
  kReadOnlyPath,  // index: entry of the plan's read-only paths
  kEnterRoot,
  kHostname,
  kDomainname,
  kSysctl,               // index: entry of `linux.sysctl`
  kPrestartHook,         // index: of the hook among its kind
  kCreateRuntimeHook,    // the same
  kCreateContainerHook,  // the same
  kStartContainerHook,   // the same
  kPoststartHook,        // the same
  kPoststopHook,         // the same
  kOomScoreAdj,
  kRlimit,  // index: entry of `process.rlimits`
  kScheduler,
  kIoPriority,
  kPersonality,
  kAffinity,
  kUmask,
  kGroups,
  kUser,
  kCapabilities,
  kSeccomp,
  kNoNewPrivileges,
  kWorkingDirectory,
  kLabel,
  kStub,  // the sealed last stage could not be started
  kExec,  // the container's program could not be started
};

// What a step was doing; worded by the parent.
enum class Operation : uint8_t {
  kNone,
  kOpen,
  kCreate,
  kStat,
  kMount,
  kBind,
  kSetAttributes,
  kSetPropagation,
  kAttach,
  kPivot,
  kUnmount,
  kChangeDirectory,
  kWrite,
  kSet,
  kJoin,
  kUnshare,
  kFork,
  kExecute,
  kVerify,  // the kernel did as told and the result is not what the container may have
  kAwait,   // another program ended; `error` is its exit status, not an errno
};

// One failed step, in one word. Fixed layout: it crosses a channel between two processes of the
// same program, and comes from the last stage, which is a program of its own. Without a step it is
// another message of the launch protocol.
struct Failure {
  Step step = Step::kNone;
  Operation operation = Operation::kNone;
  uint16_t error = 0;  // errno, positive
  uint32_t index = 0;

  constexpr bool failed() const { return step != Step::kNone; }
};
static_assert(sizeof(Failure) == 8);

// The other messages (`error` of a Failure without a step) that both kinds of programs send:
// `index` is the new process, and the seccomp listener's descriptor in the sender, who waits for a
// go.
inline constexpr uint16_t kForkedEvent = 2;
inline constexpr uint16_t kListenerEvent = 64;

}  // namespace nosc
