// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/contender.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The words of a text, between spaces.
std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

std::vector<char*> argv_of(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (const std::string& word : words) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  return argv;
}

uint64_t now_ns() {
  struct timespec time = {};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1000000000 + static_cast<uint64_t>(time.tv_nsec);
}

uint64_t microseconds(const struct timeval& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1000000 + static_cast<uint64_t>(time.tv_usec);
}

struct Outcome {
  Run run;
  int wait_status;
};

// In a child of vfork(2), whose memory is the parent's: by the bare calls, as the C library's tell
// the parent's threads. False: refused.
bool become(const Caller& caller) {
  if (caller.cgroup_procs_fd >= 0 && write(caller.cgroup_procs_fd, "0", 1) != 1) {
    return false;
  }
  return caller.user == 0 || (syscall(SYS_setgroups, 0, nullptr) == 0 &&
                              syscall(SYS_setresgid, caller.user, caller.user, caller.user) == 0 &&
                              syscall(SYS_setresuid, caller.user, caller.user, caller.user) == 0);
}

// vfork, execve and wait4, and nothing else while the clock runs.
Outcome run(const std::vector<std::string>& command, const Caller& caller, int null_fd,
            int error_fd) {
  const std::vector<char*> argv = argv_of(command);
  Outcome outcome = {{0, 0}, -1};
  const uint64_t start_ns = now_ns();
  const pid_t child = vfork();
  if (child == 0) {
    dup2(null_fd, STDIN_FILENO);
    dup2(null_fd, STDOUT_FILENO);
    dup2(error_fd, STDERR_FILENO);
    if (become(caller)) {
      execve(argv[0], argv.data(), environ);
    }
    _exit(127);
  }
  struct rusage usage = {};
  if (child < 0 || wait4(child, &outcome.wait_status, 0, &usage) != child) {
    throw std::runtime_error(command[0] + ": " + strerror(errno));
  }
  outcome.run = {now_ns() - start_ns, microseconds(usage.ru_utime) + microseconds(usage.ru_stime)};
  return outcome;
}

// Open while it lives.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {
    if (fd < 0) {
      throw std::runtime_error(strerror(errno));
    }
  }
  ~Descriptor() { close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  operator int() const { return fd_; }

 private:
  int fd_;
};

std::string first_line_of(int fd) {
  char text[512];
  const ssize_t count = pread(fd, text, sizeof(text), 0);
  const std::string all(text, count > 0 ? static_cast<size_t>(count) : 0);
  return all.substr(0, all.find('\n'));
}

}  // namespace

std::string find_program(const std::string& name) {
  const char* path = getenv("PATH");
  std::istringstream folders(std::string(path != nullptr ? path : "") + ":/usr/sbin:/usr/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string program = folder + "/" + name;
    if (access(program.c_str(), X_OK) == 0) {
      return program;
    }
  }
  return "";
}

std::vector<Contender> find_contenders(const Programs& programs, const Bundle& bundle,
                                       const Site& site) {
  const std::string container = " run --bundle " + site.folder + " " + site.name;
  const std::string state = " --root " + bundle.state_folder() + site.records;
  std::vector<Contender> contenders;
  const auto add = [&](const std::string& name, const std::string& program,
                       const std::string& arguments) {
    if (!program.empty()) {
      contenders.push_back({name, words_of(program + arguments)});
    }
  };
  add("floor", programs.floor,
      " " + bundle.rootfs() + " /sys/fs/cgroup/" + site.name + " " + site.program + " " +
          std::to_string(site.binds));
  add("nosc", programs.nosc, state + "/nosc" + container);
  add("crun", find_program("crun"), state + " --cgroup-manager=cgroupfs" + container);
  add("runc", find_program("runc"), state + container);
  // Neither masks nor a cgroup: it has no words for them.
  add("bwrap", find_program("bwrap"),
      " --unshare-pid --unshare-net --unshare-ipc --unshare-uts --unshare-cgroup --hostname bench"
      " --ro-bind " +
          bundle.rootfs() +
          " / --proc /proc --dev /dev --mqueue /dev/mqueue --ro-bind /sys /sys --cap-drop ALL " +
          site.program);
  return contenders;
}

Run run_command(const std::string& name, const std::vector<std::string>& command,
                const Caller& caller) {
  const Descriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
  const Descriptor errors(memfd_create("errors", MFD_CLOEXEC));
  const Outcome outcome = run(command, caller, null, errors);
  if (outcome.wait_status != 0) {
    throw std::runtime_error(name + ": " + first_line_of(errors) + " (wait status " +
                             std::to_string(outcome.wait_status) + ")");
  }
  return outcome.run;
}

uint64_t count_syscalls(const Contender& contender, const Bundle& bundle) {
  const std::string strace = find_program("strace");
  if (strace.empty()) {
    return 0;
  }
  const std::string table = bundle.folder() + "/strace";
  std::vector<std::string> command = {strace, "-f", "-c", "-U", "calls,name", "-o", table};
  command.insert(command.end(), contender.command.begin(), contender.command.end());
  const Descriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (run(command, contender.caller, null, null).wait_status != 0) {
    return 0;
  }
  std::istringstream lines(read_file(table));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    uint64_t calls = 0;
    std::string name;
    if (words >> calls >> name && name == "total") {
      return calls;
    }
  }
  return 0;
}

}  // namespace bench
