// SPDX-License-Identifier: Apache-2.0
#pragma once

// Programs of the host's administrator that run at certain moments of a container's life.
//
//   kind              run by               where                      after a failure
//   prestart          create, the parent   outside                    create fails, all is removed
//   createRuntime     create, the parent   outside                    the same
//   createContainer   create, the child    the container's namespaces,
//                                          the host's root still      the same
//   startContainer    start, the child     inside the container       the container ends
//   poststart         start                outside                    the container is stopped
//   poststop          delete               outside                    a warning, and the next one
//
// A hook is executed by its absolute path, with its own arguments and its own environment and
// nothing else of either: a library path that the image or the caller set reaches no hook
// (CVE-2025-23266). It reads the container's state as JSON from its standard input, a memory file
// of its own; what it writes goes to nosc's standard error, so that it never mixes with the
// container's output. It dies with its nosc, and after its timeout.
// Source: runtime-spec 1.3.0, config.md, "POSIX-platform Hooks"; runtime.md, "Lifecycle".

#include <array>
#include <cstdint>
#include <span>

#include "engine/rt/arena.h"
#include "engine/rt/failure.h"
#include "engine/rt/place.h"
#include "engine/spec/config.h"
#include "engine/state/record.h"
#include "syscalls/signals.h"

namespace nosc::hooks {

enum class Kind : uint8_t {
  kPrestart,
  kCreateRuntime,
  kCreateContainer,
  kStartContainer,
  kPoststart,
  kPoststop,
};
inline constexpr size_t kKindCount = 6;

struct HookRecord {
  char** argv = nullptr;  // null-terminated, as is envp
  char** envp = nullptr;
  const char* path = "";
  int timeout_ms = -1;  // -1: none
  Place place;
};

struct HookPlan {
  std::array<std::span<const HookRecord>, kKindCount> kinds;

  std::span<const HookRecord> of(Kind kind) const { return kinds[static_cast<size_t>(kind)]; }
  bool has(Kind kind) const { return !of(kind).empty(); }
};

// Prepares the hooks of a configuration.
// Errors: a timeout that isn't above zero.
HookPlan plan_hooks(const spec::Hooks& hooks, Arena& arena);

// What hooks are told and given.
struct HookContext {
  const state::Texts* texts;
  sys::Pid pid{};
  state::Status status = state::Status::kCreating;
  sys::Sigset mask;  // of signals, as nosc was started with
};

// How a hook failed: kExecute: it could not be started, `error` says why; kAwait: it ended with
// `error` as its status, or 128 + the signal.
struct HookFailure {
  Operation operation = Operation::kNone;
  uint16_t error = 0;

  bool failed() const { return operation != Operation::kNone; }
};
inline constexpr uint16_t kTimedOut = 0xffff;  // in place of a status

// Runs one hook to its end.
HookFailure run_hook(const HookRecord& hook, const HookContext& context);

// Runs hooks in order up to the first that fails, which ends the set-up. In the child.
// Step: kHook of that kind, with the hook's index.
void apply_hooks(std::span<const HookRecord> hooks, Step step, const HookContext& context);

// Runs hooks in order up to the first that fails. Elsewhere.
// Returns its failure as a record of the step, or none.
Failure run_hooks(std::span<const HookRecord> hooks, Step step, const HookContext& context);

}  // namespace nosc::hooks
