// SPDX-License-Identifier: Apache-2.0
//
// How long each system call of a command takes, by ptrace.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace bench {

struct CallTime {
  unsigned calls = 0;
  double time_us = 0;  // between its entry and its exit, with what the tracer takes
  double shortest_us = 0;
};

// The calls of the command and of all that comes from it, by name. Calls that don't return (exit,
// the exec of a thread that is killed) aren't counted.
// Errors: throws std::runtime_error if the command didn't exit with 0.
std::map<std::string, CallTime> trace_command(const std::vector<std::string>& command);

}  // namespace bench
