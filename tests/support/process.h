// SPDX-License-Identifier: Apache-2.0
#pragma once

// Running programs from a test: as root or as a plain user, with some of the kernel's calls taken
// away, with a time limit after which the whole process group is killed.

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace nosc::testing {

// A user id that no package and no administrator has given to anyone.
inline constexpr uid_t kPlainUid = 41234;

// Whom a program runs as.
enum class Caller {
  kRoot,       // uid 0 of the test's own user namespace, with every capability that the test has
  kPlainUser,  // an unprivileged user: kPlainUid when the test is root, else whoever runs the test
};

// Which calls the kernel seems to lack: a seccomp filter answers them with ENOSYS.
enum class Kernel { kFull, kNoClone3, kNoOpenat2, kNoNewMountApi, kOld };

const char* name_of(Caller caller);
const char* name_of(Kernel kernel);

struct Command {
  std::vector<std::string> argv;
  std::vector<std::string> environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
  std::string input;              // written to stdin, which is closed after it
  std::string working_directory;  // empty: the test's own
  Caller caller = Caller::kRoot;
  Kernel kernel = Kernel::kFull;
  std::chrono::milliseconds timeout{20'000};
  // Runs in the child just before exec, after the change of user: async-signal-safe work only.
  std::function<void()> before_exec;
};

// What a program left when it ended.
struct Completed {
  int exit_status = -1;  // -1 when a signal ended it
  int signal = 0;
  bool timed_out = false;
  std::string out;
  std::string err;

  // One line for failure messages.
  std::string describe() const;
};

// A started program. Destroying it kills what still runs.
class Process {
 public:
  explicit Process(const Command& command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  const std::string& out() const { return result_.out; }

  // Collects output until stdout contains `text`; false when the program ended or the command's
  // time limit passed before it did.
  bool wait_for_output(std::string_view text);

  void send_signal(int signal) const;

  // Waits for the end of the program and of its output.
  Completed finish();

 private:
  // Moves what the pipes hold; false when both output pipes are closed or the time is up.
  bool pump(std::chrono::steady_clock::time_point deadline);
  void feed_input();

  pid_t pid_ = -1;
  int input_fd_ = -1;
  int output_fd_ = -1;
  int error_fd_ = -1;
  std::string input_;
  size_t input_done_ = 0;
  std::chrono::steady_clock::time_point deadline_;
  Completed result_;
};

// For Command::before_exec: output and errors go nowhere, so that what a container keeps open of
// them isn't the test's to wait for.
void discard_output();

// Waits until a condition holds; false after a time limit.
bool wait_until(const std::function<bool()>& condition);

// Runs a program to its end.
Completed run(const Command& command);

}  // namespace nosc::testing
