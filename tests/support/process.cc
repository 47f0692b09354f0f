// SPDX-License-Identifier: Apache-2.0
#include "tests/support/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tests/support/kernel_filter.h"

namespace nosc::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kCouldNotStart = 121;  // the child's exit status when it never reached exec

struct Pipe {
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    read_end = ends[0];
    write_end = ends[1];
  }
  int read_end;
  int write_end;
};

void close_fd(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const std::string& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

// The test's own uid when it isn't root: there is nobody else to become then.
void become(Caller caller) {
  if (caller == Caller::kRoot || geteuid() != 0) return;
  if (setgroups(0, nullptr) != 0 || setresgid(kPlainUid, kPlainUid, kPlainUid) != 0 ||
      setresuid(kPlainUid, kPlainUid, kPlainUid) != 0) {
    _exit(kCouldNotStart);
  }
}

[[noreturn]] void start_child(const Command& command, char* const* argv, char* const* envp,
                              int input, int output, int error) {
  setpgid(0, 0);
  dup2(input, 0);
  dup2(output, 1);
  dup2(error, 2);
  signal(SIGPIPE, SIG_DFL);
  // The filter first: a plain user could install it only together with no_new_privs.
  if (!install_kernel_filter(command.kernel)) _exit(kCouldNotStart);
  become(command.caller);
  if (!command.working_directory.empty() && chdir(command.working_directory.c_str()) != 0) {
    _exit(kCouldNotStart);
  }
  if (command.before_exec) command.before_exec();
  execve(argv[0], argv, envp);
  dprintf(2, "test: cannot execute %s: %s\n", argv[0], strerror(errno));
  _exit(kCouldNotStart);
}

// Appends what the fd holds and closes it at its end.
void drain(int& fd, std::string& to) {
  char buffer[65536];
  const ssize_t count = read(fd, buffer, sizeof buffer);
  if (count > 0) {
    to.append(buffer, static_cast<size_t>(count));
  } else if (count == 0 || errno != EINTR) {
    close_fd(fd);
  }
}

}  // namespace

const char* name_of(Caller caller) { return caller == Caller::kRoot ? "root" : "plain_user"; }

const char* name_of(Kernel kernel) {
  switch (kernel) {
    case Kernel::kFull: return "full";
    case Kernel::kNoClone3: return "no_clone3";
    case Kernel::kNoOpenat2: return "no_openat2";
    case Kernel::kNoNewMountApi: return "no_new_mount_api";
    case Kernel::kOld: return "old";
  }
  return "unknown";
}

std::string Completed::describe() const {
  return "exit status " + std::to_string(exit_status) + ", signal " + std::to_string(signal) +
         (timed_out ? ", timed out" : "") + "\nstdout: " + out.substr(0, 4000) +
         "\nstderr: " + err.substr(0, 4000);
}

Process::Process(const Command& command) : input_(command.input) {
  Pipe input;
  Pipe output;
  Pipe error;
  if (command.caller == Caller::kPlainUser && geteuid() == 0) {
    // A plain user's pipes are his own, which counts where they are opened anew by /dev/stdout.
    for (const Pipe* pipe : {&input, &output, &error}) {
      if (fchown(pipe->read_end, kPlainUid, kPlainUid) != 0) throw std::runtime_error("fchown");
    }
  }
  const std::vector<char*> argv = pointers(command.argv);
  const std::vector<char*> envp = pointers(command.environment);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    start_child(command, argv.data(), envp.data(), input.read_end, output.write_end,
                error.write_end);
  }
  setpgid(pid_, pid_);
  close(input.read_end);
  close(output.write_end);
  close(error.write_end);
  input_fd_ = input.write_end;
  output_fd_ = output.read_end;
  error_fd_ = error.read_end;
  fcntl(input_fd_, F_SETFL, O_NONBLOCK);
  if (input_.empty()) close_fd(input_fd_);
  deadline_ = Clock::now() + command.timeout;
}

Process::~Process() {
  if (pid_ > 0) {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close_fd(input_fd_);
  close_fd(output_fd_);
  close_fd(error_fd_);
}

bool Process::wait_for_output(std::string_view text) {
  while (result_.out.find(text) == std::string::npos) {
    if (!pump(deadline_)) return false;
  }
  return true;
}

void Process::send_signal(int signal) const { kill(pid_, signal); }

Completed Process::finish() {
  while (pump(deadline_)) continue;
  int status = 0;
  while (waitpid(pid_, &status, WNOHANG) == 0) {
    if (Clock::now() >= deadline_) {
      result_.timed_out = true;
      kill(-pid_, SIGKILL);
      waitpid(pid_, &status, 0);
      break;
    }
    usleep(500);
  }
  pid_ = -1;
  if (WIFEXITED(status)) result_.exit_status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
  return result_;
}

void Process::feed_input() {
  const ssize_t count = write(input_fd_, input_.data() + input_done_, input_.size() - input_done_);
  if (count > 0) input_done_ += static_cast<size_t>(count);
  const bool failed = count < 0 && errno != EAGAIN && errno != EINTR;
  if (failed || input_done_ == input_.size()) close_fd(input_fd_);
}

bool Process::pump(Clock::time_point deadline) {
  if (output_fd_ < 0 && error_fd_ < 0) return false;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd fds[] = {{output_fd_, POLLIN, 0}, {error_fd_, POLLIN, 0}, {input_fd_, POLLOUT, 0}};
  if (left <= 0 || poll(fds, 3, static_cast<int>(left)) == 0) {
    result_.timed_out = true;
    return false;
  }
  if (fds[0].revents != 0) drain(output_fd_, result_.out);
  if (fds[1].revents != 0) drain(error_fd_, result_.err);
  if (fds[2].revents != 0) feed_input();
  return true;
}

void discard_output() {
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  for (const int stream : {1, 2}) dup2(nowhere, stream);
}

bool wait_until(const std::function<bool()>& condition) {
  constexpr auto kPatience = std::chrono::seconds(20);
  constexpr useconds_t kPauseUs = 1000;
  const auto deadline = Clock::now() + kPatience;
  while (!condition()) {
    if (Clock::now() > deadline) return false;
    usleep(kPauseUs);
  }
  return true;
}

Completed run(const Command& command) { return Process(command).finish(); }

}  // namespace nosc::testing
