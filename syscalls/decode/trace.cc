// SPDX-License-Identifier: Apache-2.0
//
//   trace PROGRAM [ARGUMENT...]
//
// Runs a program, writes its system calls to standard error as sys/decode.h tells them, and ends
// with its status. Processes that the program makes are not followed.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>

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

void print(const sys::TextBuffer& out, const char* text) {
  fprintf(stderr, "%.*s\n", static_cast<int>(out.size()), text);
}

class Tracer {
 public:
  explicit Tracer(pid_t process) : process_(process) {}

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
      before_ = sys::TextBuffer(text_, sizeof(text_));
      sys::decode_call(before_, call_, {read_memory, &process_});
      is_inside_ = true;
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && is_inside_) {
      report(static_cast<long>(info.exit.rval));
      is_inside_ = false;
    }
  }

  // A call that the program ended in has no result.
  void end() {
    if (!is_inside_) return;
    before_.add(" = ?");
    print(before_, text_);
  }

 private:
  void report(long result) {
    const sys::decode_data::Call* const call = sys::detail::find_call(call_.number);
    bool fills = false;
    for (int i = 0; call != nullptr && i < call->count; ++i) {
      fills = fills || sys::decode_data::kParameters[call->first + i].role ==
                           sys::decode_data::Role::kFilled;
    }
    if (fills && result >= 0) {
      before_ = sys::TextBuffer(text_, sizeof(text_));
      sys::decode_call(before_, call_, {read_memory, &process_}, result);
    }
    sys::decode_result(before_, call_.number, result);
    print(before_, text_);
  }

  pid_t process_;
  bool is_inside_ = false;
  sys::RawCall call_ = {};
  char text_[1024];
  sys::TextBuffer before_{text_, sizeof(text_)};
};

int trace(pid_t child) {
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return kTraceFailed;
  if (ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0) {
    fprintf(stderr, "trace: %s\n", strerror(errno));
    return kTraceFailed;
  }
  Tracer tracer(child);
  long signal = 0;
  while (ptrace(PTRACE_SYSCALL, child, 0, signal) == 0 && waitpid(child, &status, 0) == child) {
    if (!WIFSTOPPED(status)) break;
    const int stop = WSTOPSIG(status);
    signal = stop == kSyscallStop || stop == SIGTRAP ? 0 : stop;
    if (stop == kSyscallStop) tracer.stop();
  }
  tracer.end();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: trace PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  const pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) != 0) _exit(kTraceFailed);
    raise(SIGSTOP);
    execvp(argv[1], argv + 1);
    _exit(kNotExecuted);
  }
  return child < 0 ? kTraceFailed : trace(child);
}
