// SPDX-License-Identifier: Apache-2.0
//
// What a test's program runs under: the kernel, or an emulator where it can't execute it.
#pragma once

#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace nosc::testing {

// Whether this kernel executes a program itself; it is stopped before its first instruction.
inline bool is_executable_here(const char* program) {
  const pid_t pid = fork();
  if (pid == 0) {
    (void)ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    execl(program, program, nullptr);
    _exit(127);
  }
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status)) return false;
  (void)kill(pid, SIGKILL);
  (void)waitpid(pid, &status, 0);
  return true;
}

// The emulator of the test's program: $NOSC_EMULATOR, or where $NOSC_PROGRAM is of an architecture
// that the machine has and its kernel may not (32 bits of x86), $NOSC_FALLBACK_EMULATOR if need be.
// Empty: none.
inline std::string find_emulator() {
  if (const char* emulator = getenv("NOSC_EMULATOR")) return emulator;
  const char* fallback = getenv("NOSC_FALLBACK_EMULATOR");
  const char* program = getenv("NOSC_PROGRAM");
  if (fallback == nullptr || program == nullptr || is_executable_here(program)) return "";
  return fallback;
}

}  // namespace nosc::testing
