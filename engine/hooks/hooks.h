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
// nothing else of either: a library path that the image set reaches no hook of the host
// (CVE-2025-23266). One that names no environment at all has nosc's, and inside the container that
// of the container's program, as with other runtimes; an empty one is empty. Its
// working directory is the bundle, inside the container the root. It reads the container's state as
// JSON from its standard input, with the pid as it sees it itself, and writes to two memory files,
// which are told when it fails and else forgotten; only what a startContainer hook of `start`
// writes goes to the container's standard error, for there is no nosc to tell it. It leads a
// session of its own, with every signal as it is by default, and dies with its nosc, after its
// timeout, or when a signal ends the wait for it (rt/waiting.h): then with its process group.
// Source: runtime-spec 1.3.0, config.md, "POSIX-platform Hooks"; runtime.md, "Lifecycle".

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/rt/arena.h"
#include "engine/rt/failure.h"
#include "engine/rt/place.h"
#include "engine/spec/config.h"
#include "engine/state/record.h"

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
  char** envp = nullptr;  // nullptr: that of whoever runs it
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
  char** envp = nullptr;  // of hooks that name none; nullptr: nosc's own
};

// How a hook failed: kExecute: it could not be started, `error` says why; kAwait: it ended with
// `error` as its status, or kSignalled + the signal.
struct HookFailure {
  Operation operation = Operation::kNone;
  uint16_t error = 0;

  bool failed() const { return operation != Operation::kNone; }
};
inline constexpr uint16_t kSignalled = 0x100;
inline constexpr uint16_t kTimedOut = 0xffff;  // in place of a status, as is the next one
inline constexpr uint16_t kInterrupted = 0xfffe;

// Tells what environment nosc was started with, null-terminated.
void set_own_environment(char** envp);

// Gets the process ready for hooks: makes what they write to, and takes the signals that end the
// wait for them. The first hook does so; it is called before that where a child runs hooks, which
// then write to the same. Errors: those of the calls.
void prepare_hooks();
// Lets the hooks to come write to the standard error of this process: nobody is going to tell.
void leave_output();

enum class Stream : uint8_t { kOut, kError };
// Reads the beginning of what the last hook wrote, without a line's end behind it.
// Shape: a part of `buffer`.
std::string_view read_output(Stream stream, std::span<char> buffer);

// Runs one hook to its end.
HookFailure run_hook(const HookRecord& hook, const HookContext& context);

// Runs hooks in order up to the first that fails, which ends the set-up. In the child.
// Step: kHook of that kind, with the hook's index.
void apply_hooks(std::span<const HookRecord> hooks, Step step, const HookContext& context);

// Runs hooks in order up to the first that fails. Elsewhere.
// Returns its failure as a record of the step, or none.
Failure run_hooks(std::span<const HookRecord> hooks, Step step, const HookContext& context);

}  // namespace nosc::hooks
