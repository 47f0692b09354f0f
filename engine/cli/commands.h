// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/cli/command_line.h"
#include "engine/host/host.h"
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
  Caller caller;

  // The value of a variable, or nullptr.
  const char* find(std::string_view name) const;
};

// One function per command. Each ends with finish() where it has a status, and returns where that
// is 0.
void create(const CommandLine& line, const Environment& environment);
void start(const CommandLine& line, const Environment& environment);
void print_state(const CommandLine& line, const Environment& environment);
void list(const CommandLine& line, const Environment& environment);
void kill(const CommandLine& line, const Environment& environment);
void remove(const CommandLine& line, const Environment& environment);
void ps(const CommandLine& line, const Environment& environment);
void pause(const CommandLine& line, const Environment& environment);
void resume(const CommandLine& line, const Environment& environment);
void update(const CommandLine& line, const Environment& environment);
void events(const CommandLine& line, const Environment& environment);
void exec(const CommandLine& line, const Environment& environment);
void run(const CommandLine& line, const Environment& environment);
void print_plan(const CommandLine& line, const Environment& environment);
void write_spec(const CommandLine& line, const Environment& environment);
void print_features(const CommandLine& line, const Environment& environment);
void report(const CommandLine& line, const Environment& environment);

// Ends the command: takes back what is open and exits. What the end of the process closes and frees
// by itself is left to it.
[[noreturn]] void finish(int status);

// Parses the command line and carries it out. Errors are worded on standard error.
// Shape: `arguments` is argv with its first word; `envp` is what the kernel gave the process, with
// the auxiliary vector behind it.
[[noreturn]] void main(std::span<char*> arguments, char** envp);

}  // namespace nosc::cli
