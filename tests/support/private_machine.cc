// SPDX-License-Identifier: Apache-2.0
#include "tests/support/private_machine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/process.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

PrivateMachine machine;

bool fail(const std::string& what) {
  machine.reason = what + ": " + strerror(errno);
  return false;
}

std::string read_program(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool write_text(const char* path, const std::string& text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  const bool done = fd >= 0 && write(fd, text.data(), text.size()) == ssize_t(text.size());
  if (fd >= 0) close(fd);
  return done || fail(std::string("write ") + path);
}

bool enter_namespaces() {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  if (uid == 0) {
    return unshare(CLONE_NEWNS | CLONE_NEWPID) == 0 || fail("unshare mount and pid namespaces");
  }
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID) != 0) {
    return fail("unshare a user namespace");
  }
  const auto one_id = [](unsigned id) {
    return std::to_string(id) + " " + std::to_string(id) + " 1\n";
  };
  return write_text("/proc/self/setgroups", "deny") &&
         write_text("/proc/self/uid_map", one_id(uid)) &&
         write_text("/proc/self/gid_map", one_id(gid));
}

bool mount_stage() {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return fail("make the mounts private");
  }
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) {
    return fail("mount /proc");
  }
  if (mount("run", "/run", "tmpfs", MS_NOSUID, "mode=755") != 0) return fail("mount /run");
  const fs::path stage = kStage;
  std::error_code error;
  fs::create_directories(stage / "bin", error);
  fs::create_directories(stage / "work", error);
  fs::create_directories(stage / "user", error);  // the plain user's XDG_RUNTIME_DIR
  fs::permissions(stage / "work", fs::perms::all | fs::perms::sticky_bit, error);
  if (geteuid() == 0 && chown((stage / "user").c_str(), kPlainUid, kPlainUid) != 0) {
    return fail("chown the plain user's folder");
  }
  return true;
}

bool install_program(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
  return chmod(path.c_str(), 0755) == 0 || fail("install " + path.string());
}

// Process 1: the mounts, the programs, then the tests.
[[noreturn]] void run_as_init(int (*body)(), const std::string& runtime,
                              const std::string& busybox) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  umask(022);
  machine.ready = mount_stage() && install_program(machine.runtime, runtime) &&
                  install_program(machine.busybox, busybox);
  exit(body());
}

}  // namespace

const PrivateMachine& private_machine() { return machine; }

fs::path runfile(const char* variable, const std::string& path) {
  if (const char* chosen = getenv(variable)) return chosen;
  const char* directory = getenv("TEST_SRCDIR");
  const char* workspace = getenv("TEST_WORKSPACE");
  if (directory == nullptr || workspace == nullptr) return path;
  return fs::path(directory) / workspace / path;
}

int run_in_private_machine(int (*body)()) {
  machine.id = "nosc-test-" + std::to_string(getpid());
  const fs::path runtime = fs::canonical(runfile("NOSC_RUNTIME", "engine/nosc"));
  // Read before the private /run can hide them.
  const std::string runtime_program = read_program(runtime);
  const std::string busybox_program =
      read_program(runfile("NOSC_BUSYBOX", "tests/support/busybox"));
  machine.runtime_is_nosc = runtime.filename() != "runc";
  machine.runtime = fs::path(kStage) / "bin" / (machine.runtime_is_nosc ? "nosc" : "runc");
  machine.busybox = fs::path(kStage) / "bin/busybox";
  if (busybox_program.empty()) {
    machine.reason = "there is no busybox";
    return body();
  }
  if (!enter_namespaces()) return body();
  const pid_t init = fork();
  if (init == 0) run_as_init(body, runtime_program, busybox_program);
  int status = 0;
  while (waitpid(init, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace nosc::testing
