// SPDX-License-Identifier: Apache-2.0
#include "tests/support/namespace_holder.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace nosc::testing {
namespace {

// The starter: makes the namespaces, waits for the id maps, then starts the holder, which alone is
// inside a new pid namespace, and says who it is.
[[noreturn]] void start(int clone_flags, const std::function<void()>& inside, int report,
                        int mapped) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  char byte = 0;
  if (unshare(clone_flags) != 0 || write(report, &byte, 1) != 1) _exit(1);
  if (read(mapped, &byte, 1) != 1) _exit(1);
  if (clone_flags & CLONE_NEWUSER) {
    if (setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) _exit(1);
  }
  const pid_t holder = fork();
  if (holder == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (inside) inside();
    for (;;) pause();
  }
  if (write(report, &holder, sizeof holder) != sizeof holder) _exit(1);
  waitpid(holder, nullptr, 0);
  _exit(0);
}

}  // namespace

NamespaceHolder::NamespaceHolder(int clone_flags, const std::function<void()>& inside) {
  int report[2];
  int mapped[2];
  if (pipe(report) != 0 || pipe(mapped) != 0) throw std::runtime_error("pipe failed");
  starter_ = fork();
  if (starter_ == 0) start(clone_flags, inside, report[1], mapped[0]);
  close(report[1]);
  char byte = 0;
  const bool made = read(report[0], &byte, 1) == 1;
  if (made && (clone_flags & CLONE_NEWUSER)) {
    const std::string process = "/proc/" + std::to_string(starter_);
    std::ofstream(process + "/uid_map") << "0 100000 65536\n";
    std::ofstream(process + "/gid_map") << "0 100000 65536\n";
  }
  const bool started = made && write(mapped[1], &byte, 1) == 1 &&
                       read(report[0], &holder_, sizeof holder_) == sizeof holder_;
  close(report[0]);
  close(mapped[0]);
  close(mapped[1]);
  if (!started) throw std::runtime_error("the namespaces could not be made");
}

NamespaceHolder::~NamespaceHolder() {
  kill(holder_, SIGKILL);
  waitpid(starter_, nullptr, 0);
}

std::string NamespaceHolder::path(const std::string& name) const {
  return "/proc/" + std::to_string(holder_) + "/ns/" + name;
}

std::string NamespaceHolder::identity(const std::string& name) const {
  return std::filesystem::read_symlink(path(name));
}

}  // namespace nosc::testing
