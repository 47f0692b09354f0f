// SPDX-License-Identifier: Apache-2.0
#pragma once

// Traces of programs, as strace and the tracer here write them, to be compared call by call.

#include <string>
#include <string_view>
#include <vector>

namespace traces {

// One line of a trace.
struct Call {
  std::string line;
  int process = 0;  // where the trace is of several
  int number = -1;  // where the tracer tells it
  std::string name;
  std::vector<std::string> arguments;
  std::string result;
};

// The calls of a trace from its first execve on, each with its result where strace tells it later.
std::vector<Call> read_trace(const std::string& path);

// The same calls by process, in the order in which the processes first make one.
std::vector<std::vector<Call>> by_process(const std::vector<Call>& calls);

// True if two tellings of an argument are the same, or can't be compared: how structs are laid out,
// and addresses.
bool is_same_argument(std::string_view ours, std::string_view theirs);

// False where strace has words of its own for what a call returns, or it differs from run to run.
bool has_same_result(const Call& ours, const Call& theirs);

}  // namespace traces
