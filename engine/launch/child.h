// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/console/console.h"
#include "engine/launch/protocol.h"
#include "engine/plan/plan.h"
#include "syscalls/sys/fd.h"

namespace nosc::launch {

// Whether the child starts at once or after the parent's go.
enum class Start : uint8_t { kAtOnce, kAfterGo };

// Everything that the child needs: made by the parent before clone, used in the child's copy.
struct ChildContext {
  Plan* plan;
  sys::BorrowedFd channel;
  sys::BorrowedFd program;  // the sealed last stage: the stub, or nosc itself for the report
  const console::HeldSignals* signals;
  Start start = Start::kAtOnce;
};

// Sets up the container around the calling process, which becomes its program. Reports failure
// through the channel and ends the process.
// Pre: the process is a child made for this, single-threaded, in the planned namespaces but for the
// cgroup namespace, and in the planned cgroup.
[[noreturn]] void child_main(const ChildContext& context);

}  // namespace nosc::launch
