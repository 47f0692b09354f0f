// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/cli/command_line.h"
#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "syscalls/sys/fd.h"

namespace nosc::cli {

inline constexpr auto kStdin = sys::BorrowedFd::from_raw(0);
inline constexpr auto kStdout = sys::BorrowedFd::from_raw(1);
inline constexpr auto kStderr = sys::BorrowedFd::from_raw(2);

// What a command gets beside its own words.
struct Environment {
  char** argv;  // of this process, null-terminated, as is envp
  char** envp;
  Arena* arena;

  // The value of a variable, or nullptr.
  const char* find(std::string_view name) const;
};

// One function per command. Each returns the exit status of nosc.
int run(const CommandLine& line, const Environment& environment);
int print_plan(const CommandLine& line, const Environment& environment);
int write_spec(const CommandLine& line, const Environment& environment);
int report(const CommandLine& line, const Environment& environment);

// Parses the command line and carries it out. Errors are worded on standard error.
// Shape: `arguments` is argv with its first word. Returns the exit status.
int main(std::span<char*> arguments, char** envp);

}  // namespace nosc::cli
