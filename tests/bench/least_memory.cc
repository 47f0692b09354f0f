// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/least_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace bench {
namespace {

constexpr uint64_t kPageKib = 4;
constexpr uint64_t kMostKib = 64 * 1024;
constexpr int kTries = 5;  // in a row

// A runtime that a limit killed may leave processes: ends them, and waits until they are gone.
void remove_cgroup(const std::string& cgroup) {
  for (int i = 0; i < 100 && rmdir(cgroup.c_str()) != 0 && errno == EBUSY; ++i) {
    std::ifstream procs(cgroup + "/cgroup.procs");
    for (pid_t pid; procs >> pid;) {
      (void)kill(pid, SIGKILL);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

LimitedCgroup::LimitedCgroup(const std::string& folder, const std::string& name)
    : hierarchy_(folder), cgroup_(folder + "/" + name) {
  std::filesystem::create_directory(hierarchy_);
  if (mount("cgroup", hierarchy_.c_str(), "cgroup", 0, "memory") != 0) {
    throw std::runtime_error(std::string("no memory controller of version 1: ") + strerror(errno));
  }
  if (mkdir(cgroup_.c_str(), 0755) == 0) {
    procs_fd_ = open((cgroup_ + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
  }
  if (procs_fd_ < 0) {
    const int error = errno;
    (void)rmdir(cgroup_.c_str());
    (void)umount2(hierarchy_.c_str(), MNT_DETACH);
    throw std::runtime_error(cgroup_ + ": " + strerror(error));
  }
}

LimitedCgroup::~LimitedCgroup() {
  (void)close(procs_fd_);
  remove_cgroup(cgroup_);
  (void)umount2(hierarchy_.c_str(), MNT_DETACH);
}

uint64_t LimitedCgroup::find_least_kib(const Contender& contender) const {
  uint64_t fails = 0;
  uint64_t suffices = kMostKib;
  if (!works(contender, suffices)) {
    return 0;
  }
  while (suffices - fails > kPageKib) {
    const uint64_t middle = (fails + suffices) / 2 / kPageKib * kPageKib;
    (works(contender, middle) ? suffices : fails) = middle;
  }
  return suffices;
}

bool LimitedCgroup::works(const Contender& contender, uint64_t limit_kib) const {
  std::ofstream(cgroup_ + "/memory.force_empty") << "0";
  std::ofstream limit(cgroup_ + "/memory.limit_in_bytes");
  if (!(limit << limit_kib * 1024).flush()) {
    return false;  // below what is in use
  }
  for (int i = 0; i < kTries; ++i) {
    try {
      (void)run_command(contender.name, contender.command, {.cgroup_procs_fd = procs_fd_});
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  return true;
}

}  // namespace bench
