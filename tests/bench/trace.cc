// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/trace.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "syscalls/sys/names.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;
using Names = sys::NameTable<sys::AbiId::kX86_64>;

constexpr long kOptions = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                          PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;

struct Entered {
  uint64_t number = 0;
  Clock::time_point time;
};

[[noreturn]] void execute(const std::vector<std::string>& command) {
  std::vector<char*> argv;
  for (const std::string& word : command) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  const int null = open("/dev/null", O_RDWR);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    dup2(null, fd);
  }
  close(null);
  ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
  raise(SIGSTOP);
  execv(argv[0], argv.data());
  _exit(127);
}

std::string name_of(uint64_t number) {
  const sys::CallName name = Names::name(sys::AbiId::kX86_64, static_cast<int>(number));
  return {name.text, name.size};
}

class Tracer {
 public:
  explicit Tracer(pid_t first) : first_(first) {}

  void follow() {
    int status = 0;
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
      const Clock::time_point now = Clock::now();
      if (!WIFSTOPPED(status)) {
        if (pid == first_) {
          first_status_ = status;
        }
        continue;
      }
      take_stop(pid, status, now);
    }
    if (first_status_ != 0) {
      throw std::runtime_error("the command failed while it was traced");
    }
  }

  std::map<std::string, CallTime> calls;

 private:
  void take_stop(pid_t pid, int status, Clock::time_point now) {
    const int signal = WSTOPSIG(status);
    const bool is_call = signal == (SIGTRAP | 0x80);
    if (is_call) {
      take_call(pid, now);
    }
    // A new process begins with a SIGSTOP of ptrace's own.
    const bool is_tracing = is_call || status >> 16 != 0 || signal == SIGSTOP || signal == SIGTRAP;
    if (is_call && entered_.count(pid) != 0) {
      entered_[pid].time = Clock::now();
    }
    ptrace(PTRACE_SYSCALL, pid, 0, is_tracing ? 0 : signal);
  }

  void take_call(pid_t pid, Clock::time_point now) {
    struct __ptrace_syscall_info info = {};
    ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
      entered_[pid] = {info.entry.nr, now};
      return;
    }
    const auto entry = entered_.find(pid);
    if (entry == entered_.end()) {
      return;
    }
    const std::chrono::duration<double, std::micro> took = now - entry->second.time;
    CallTime& call = calls[name_of(entry->second.number)];
    call.shortest_us = call.calls == 0 ? took.count() : std::min(call.shortest_us, took.count());
    ++call.calls;
    call.time_us += took.count();
    entered_.erase(entry);
  }

  pid_t first_;
  int first_status_ = -1;
  std::map<pid_t, Entered> entered_;
};

}  // namespace

std::map<std::string, CallTime> trace_command(const std::vector<std::string>& command) {
  const pid_t child = fork();
  if (child == 0) {
    execute(command);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) {
    throw std::runtime_error(command[0] + ": can't be traced");
  }
  ptrace(PTRACE_SETOPTIONS, child, 0, kOptions);
  ptrace(PTRACE_SYSCALL, child, 0, 0);
  Tracer tracer(child);
  tracer.follow();
  return tracer.calls;
}

}  // namespace bench
