// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/console/console.h"
#include "engine/launch/protocol.h"
#include "engine/plan/plan.h"
#include "syscalls/sys/fd.h"

namespace nosc::launch {

// Whether the child starts at once or after the parent's go.
enum class Start : uint8_t { kAtOnce, kAfterGo };

// How long the container lives.
enum class Lifetime : uint8_t {
  kForeground,  // no longer than its nosc
  kDetached,    // it waits for its start, and outlives nosc
};

// Whether there are hooks between the mounts and the change of root.
bool waits_for_hooks(const hooks::HookPlan& hooks);

// Whether the container's first process appears among processes that there are already. It is
// hidden from them then, before it does (clone.cc), and has its oom_score_adj by then.
bool joins_processes(const Plan& plan);

// Everything that the child needs: made by the parent before clone, used in the child's copy.
struct ChildContext {
  Plan* plan;
  sys::BorrowedFd channel;
  sys::BorrowedFd terminal_channel;  // where the terminal is sent, if there is one
  const cgroups::Cgroup* cgroup;
  sys::BorrowedFd start_socket;  // of a detached container
  sys::BorrowedFd record;        // its lock is the parent's alone; -1: no record
  sys::BorrowedFd program;       // the sealed last stage: the stub, or nosc itself for the report
  const state::Texts* texts;     // for hooks; nullptr: no record
  Lifetime lifetime = Lifetime::kForeground;
  Start start = Start::kAtOnce;
  bool is_stepwise = false;  // clone3 is missing, or namespaces are joined
};

// Becomes root of the container's user namespace, if it has one: files that are made belong to
// that. Step: kUserNamespace.
void become_container_root(const Plan& plan);

// Sets up the container around the calling process, which becomes its program. Reports failure
// through the channel and ends the process.
// Pre: the process is a child made for this, single-threaded, in the planned namespaces but for the
// cgroup namespace, and in the planned cgroup.
[[noreturn]] void child_main(const ChildContext& context);

}  // namespace nosc::launch
