// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

namespace nosc::testing {

// What a runtime could leave behind on the machine, as seen by the test process.
struct Traces {
  std::set<std::string> mounts;
  std::set<std::string> cgroups;  // of all hierarchies: paths that hold the test process's id
  std::set<std::string> files;    // everything under /run but the runtime's own empty folders
};

Traces observe_traces();

// Says what `after` has that `before` had not, and which processes are left: empty when nothing is.
// Processes get a moment to end, since a killed one dies in its own time.
std::string describe_leaks(const Traces& before, const Traces& after);

// Kills the processes and removes the cgroups that a failed test left.
void remove_leaks();

}  // namespace nosc::testing
