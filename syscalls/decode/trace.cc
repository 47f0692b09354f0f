// SPDX-License-Identifier: Apache-2.0
//
//   trace [-f] [-o FILE] PROGRAM [ARGUMENT...]
//
// Runs a program, writes its system calls to standard error or to FILE as sys/decode.h tells them,
// and ends with its status. With -f it follows the processes that the program makes; each line then
// begins with the process's id.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>
#include <map>

#include "syscalls/sys/decode.h"

namespace {

constexpr int kTraceFailed = 125;
constexpr int kNotExecuted = 127;
constexpr int kSyscallStop = SIGTRAP | 0x80;

size_t read_memory(void* context, uint64_t address, void* to, size_t size_bytes) {
  const pid_t process = *static_cast<const pid_t*>(context);
  // Up to the end of the page first: what lies behind it may not be there.
  constexpr uint64_t kPage = 4096;
  const size_t first = static_cast<size_t>(kPage - address % kPage);
  size_t done = 0;
  for (const size_t limit : {first < size_bytes ? first : size_bytes, size_bytes}) {
    if (done == size_bytes) break;
    const iovec into = {static_cast<char*>(to) + done, limit - done};
    const iovec from = {reinterpret_cast<void*>(address + done), limit - done};
    const ssize_t got = process_vm_readv(process, &into, 1, &from, 1, 0);
    if (got <= 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

struct Output {
  FILE* file;
  bool names_process;
};

class Process {
 public:
  Process(pid_t process, const Output& output) : process_(process), output_(output) {}

  // Told of each stop at a call: once before it and once after.
  void stop() {
    __ptrace_syscall_info info = {};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, process_, sizeof(info), &info) <= 0) {
      return;
    }
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
      call_.number = static_cast<long>(info.entry.nr);
      for (int i = 0; i < 6; ++i) call_.arguments[i] = info.entry.args[i];
      // The strings of execve are gone once it has succeeded.
      decode(-1);
      is_inside_ = true;
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && is_inside_) {
      report(static_cast<long>(info.exit.rval));
      is_inside_ = false;
    }
  }

  // A call that the process ended in has no result.
  void end() {
    if (!is_inside_) return;
    line_.add(" = ?");
    print();
  }

  // A process that is made while it is traced stops once before its first call.
  bool swallows_first_stop() {
    const bool is_first = is_new_;
    is_new_ = false;
    return is_first;
  }

 private:
  void decode(long filled) {
    line_ = sys::TextBuffer(text_, sizeof(text_));
    sys::decode_call(line_, call_, {read_memory, &process_}, filled);
  }

  void report(long result) {
    if (result >= 0 && sys::fills_memory(call_.number)) decode(result);
    sys::decode_result(line_, call_.number, result);
    print();
  }

  void print() {
    if (output_.names_process) fprintf(output_.file, "%d ", process_);
    fprintf(output_.file, "%.*s\n", static_cast<int>(line_.size()), text_);
  }

  pid_t process_;
  Output output_;
  bool is_inside_ = false;
  bool is_new_ = true;
  sys::RawCall call_ = {};
  char text_[4096];
  sys::TextBuffer line_{text_, sizeof(text_)};
};

// The signal that a process which has stopped goes on with.
long handle_stop(Process& process, int status) {
  const int stop = WSTOPSIG(status);
  if (stop == kSyscallStop) process.stop();
  const bool is_event = status >> 16 != 0 || stop == kSyscallStop || stop == SIGTRAP;
  if (is_event || (stop == SIGSTOP && process.swallows_first_stop())) return 0;
  return stop;
}

int trace(pid_t child, const Output& output) {
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return kTraceFailed;
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC;
  if (output.names_process) {
    options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
  }
  if (ptrace(PTRACE_SETOPTIONS, child, 0, options) != 0) {
    fprintf(stderr, "trace: %s\n", strerror(errno));
    return kTraceFailed;
  }
  std::map<pid_t, Process> processes;
  processes.try_emplace(child, child, output).first->second.swallows_first_stop();
  int result = kTraceFailed;
  pid_t stopped = child;
  do {
    Process& process = processes.try_emplace(stopped, stopped, output).first->second;
    if (WIFSTOPPED(status)) {
      ptrace(PTRACE_SYSCALL, stopped, 0, handle_stop(process, status));
      continue;
    }
    process.end();
    processes.erase(stopped);
    if (stopped == child) {
      result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
  } while ((stopped = waitpid(-1, &status, __WALL)) > 0);
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  Output output = {stderr, false};
  for (int option; (option = getopt(argc, argv, "+fo:")) != -1;) {
    if (option == 'f') output.names_process = true;
    if (option == 'o') output.file = fopen(optarg, "we");
    if (option == '?') optind = argc;
  }
  if (optind >= argc || output.file == nullptr) {
    fprintf(stderr, "usage: trace [-f] [-o FILE] PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  const pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) _exit(kTraceFailed);
    raise(SIGSTOP);
    execvp(argv[optind], argv + optind);
    _exit(kNotExecuted);
  }
  return child < 0 ? kTraceFailed : trace(child, output);
}
