// SPDX-License-Identifier: Apache-2.0
//
// How long each operation of a container's life takes: create, state, start, exec and delete, each
// a process of its own, as container engines call them.
#pragma once

#include <array>
#include <iosfwd>
#include <string>
#include <vector>

#include "tests/bench/contender.h"

namespace bench {

// In the order of a container's life; each is one process.
enum class Operation { kCreate, kState, kStart, kExec, kDelete };
inline constexpr size_t kOperationCount = 5;

// A runtime with the command line that containers are managed with.
struct Runtime {
  std::string name;
  std::vector<std::string> command;  // the program's path and its global options
  std::array<std::vector<Run>, kOperationCount> runs = {};
  // Proportional share of the memory of a container that waits for its start; 0: not known.
  uint64_t waiting_pss_kb = 0;
};

// The runtimes that this machine has: crun and runc, if they are installed, and nosc.
std::vector<Runtime> find_runtimes(const Programs& programs, const Bundle& bundle);

// Takes one container through its life.
// Pre: the bundle's program waits until it is killed; the calling process is a subreaper.
// Errors: throws std::runtime_error with what the runtime said; no container is left then.
void live_once(Runtime& runtime, const Bundle& bundle);

// Prints one row per operation and runtime, with ratios to the runtime named `base`.
void print_lives(std::ostream& out, const std::vector<Runtime>& runtimes, const std::string& base);

}  // namespace bench
