// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/memory.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace bench {
namespace {

constexpr long kOptions = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                          PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACESYSGOOD |
                          PTRACE_O_EXITKILL;

uint64_t resident_kb(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string word; file >> word;) {
    uint64_t size_kb = 0;
    if (word == "Rss:" && file >> size_kb) {
      return size_kb;
    }
  }
  return 0;
}

// Becomes the command once the gate is closed at its other end.
[[noreturn]] void execute(const std::vector<std::string>& command, int gate) {
  std::vector<char*> argv;
  for (const std::string& word : command) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  const int null = open("/dev/null", O_RDWR);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    dup2(null, fd);
  }
  char byte;
  (void)!read(gate, &byte, 1);
  execv(argv[0], argv.data());
  _exit(127);
}

// The signal that a stop was about, or 0 for a stop of ptrace's own.
int signal_to_deliver(int wait_status) {
  const int signal = WSTOPSIG(wait_status);
  const bool is_event = wait_status >> 16 != 0;
  return is_event || signal == (SIGTRAP | 0x80) ? 0 : signal;
}

// Lets the first process and all that come from it run to their ends.
uint64_t watch(pid_t first) {
  uint64_t peak_kb = 0;
  bool started = false;  // before the execve it is this program that is looked at
  int first_status = -1;
  int wait_status = 0;
  for (pid_t pid; (pid = waitpid(-1, &wait_status, __WALL)) > 0;) {
    if (!WIFSTOPPED(wait_status)) {
      if (pid == first) {
        first_status = wait_status;
      }
      continue;
    }
    started = started || wait_status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8);
    if (started) {
      peak_kb = std::max(peak_kb, resident_kb(pid));
    }
    ptrace(PTRACE_SYSCALL, pid, 0, signal_to_deliver(wait_status));
  }
  return first_status == 0 ? peak_kb : 0;
}

}  // namespace

uint64_t measure_peak_memory_kb(const std::vector<std::string>& command) {
  int gate[2];
  if (pipe2(gate, O_CLOEXEC) != 0) {
    return 0;
  }
  const pid_t child = fork();
  if (child == 0) {
    close(gate[1]);
    execute(command, gate[0]);
  }
  close(gate[0]);
  const bool watched = child > 0 && ptrace(PTRACE_SEIZE, child, 0, kOptions) == 0 &&
                       ptrace(PTRACE_INTERRUPT, child, 0, 0) == 0;
  close(gate[1]);
  if (!watched) {
    waitpid(child, nullptr, 0);
    return 0;
  }
  return watch(child);
}

}  // namespace bench
