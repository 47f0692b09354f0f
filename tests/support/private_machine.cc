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

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/support/process.h"
#include "toolchains/testing/emulator.h"

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

// A process outside the new user namespace that maps every id of it to itself, once told to.
class IdentityMapper {
 public:
  IdentityMapper() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    tell_ = ends[1];
    const pid_t target = getpid();
    pid_ = fork();
    if (pid_ != 0) {
      close(ends[0]);
      return;
    }
    close(ends[1]);
    char byte;
    if (read(ends[0], &byte, 1) != 1) _exit(1);
    const std::string process = "/proc/" + std::to_string(target);
    const std::string everything = "0 0 4294967295\n";
    _exit(write_text((process + "/uid_map").c_str(), everything) &&
                  write_text((process + "/gid_map").c_str(), everything)
              ? 0
              : 1);
  }
  bool map() {
    int status = 1;
    const bool told = write(tell_, "", 1) == 1;
    close(tell_);
    waitpid(pid_, &status, 0);
    return (told && status == 0) || fail("map the ids of a user namespace");
  }

 private:
  pid_t pid_ = -1;
  int tell_ = -1;
};

bool enter_namespaces() {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  if (uid == 0 && !is_emulated()) {
    return unshare(CLONE_NEWNS | CLONE_NEWPID) == 0 || fail("unshare mount and pid namespaces");
  }
  constexpr int kNamespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID;
  if (uid == 0) {
    IdentityMapper mapper;
    return unshare(kNamespaces) == 0 ? mapper.map() : fail("unshare a user namespace");
  }
  if (unshare(kNamespaces) != 0) return fail("unshare a user namespace");
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

// The programs, read before the private /run can hide them.
struct Programs {
  std::string runtime;
  std::string busybox;
  std::string emulator;
};

// Makes the kernel start programs that have the runtime's kind of ELF header with the emulator,
// which it opens now (F), handing it the program as a descriptor (O), since a sealed copy has no
// name, and the first argument as it is (P).
bool register_emulator(const std::string& runtime) {
  const fs::path folder = fs::path(kStage) / "binfmt";
  fs::create_directory(folder);
  if (mount("binfmt_misc", folder.c_str(), "binfmt_misc", 0, nullptr) != 0) {
    return fail("mount a binfmt_misc of its own");
  }
  constexpr size_t kHeaderBytes = 20;  // up to the machine's number
  std::string entry = ":runtime:M::";
  char digits[8];
  for (char byte : runtime.substr(0, kHeaderBytes)) {
    snprintf(digits, sizeof digits, "\\x%02x", static_cast<unsigned char>(byte));
    entry += digits;
  }
  entry += "::" + machine.emulator.string() + ":POF";
  return write_text((folder / "register").c_str(), entry);
}

// Process 1: the mounts, the programs, then the tests.
[[noreturn]] void run_as_init(int (*body)(), const Programs& programs) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  umask(022);
  machine.ready = mount_stage() && install_program(machine.runtime, programs.runtime) &&
                  install_program(machine.busybox, programs.busybox);
  if (machine.ready && is_emulated()) {
    machine.ready =
        install_program(machine.emulator, programs.emulator) && register_emulator(programs.runtime);
  }
  exit(body());
}

// Where a file that the build made is found at run time; an environment variable, if set, wins.
fs::path runfile(const char* variable, const std::string& path) {
  if (const char* chosen = getenv(variable)) return chosen;
  const char* directory = getenv("TEST_SRCDIR");
  const char* workspace = getenv("TEST_WORKSPACE");
  if (directory == nullptr || workspace == nullptr) return path;
  return fs::path(directory) / workspace / path;
}

// Asked for once: the program may be out of sight afterwards.
const std::string& emulator() {
  static const std::string found = find_emulator();
  return found;
}

}  // namespace

const PrivateMachine& private_machine() { return machine; }

bool is_emulated() { return !emulator().empty(); }

int run_in_private_machine(int (*body)()) {
  machine.id = "nosc-test-" + std::to_string(getpid());
  fs::path runtime = runfile("NOSC_PROGRAM", "engine/nosc");
  if (const char* chosen = getenv("NOSC_RUNTIME")) runtime = chosen;
  machine.runtime_is_nosc = runtime.filename() != "runc";
  machine.runtime = fs::path(kStage) / "bin" / (machine.runtime_is_nosc ? "nosc" : "runc");
  machine.busybox = fs::path(kStage) / "bin/busybox";
  Programs programs = {
      read_program(runtime), read_program(runfile("NOSC_BUSYBOX", "tests/support/busybox")), {}};
  if (is_emulated()) {
    machine.emulator = fs::path(kStage) / "bin/emulator";
    programs.emulator = read_program(emulator());
  }
  if (programs.runtime.empty() || programs.busybox.empty()) {
    machine.reason = "there is no runtime or no busybox";
    return body();
  }
  if (!enter_namespaces()) return body();
  const pid_t init = fork();
  if (init == 0) run_as_init(body, programs);
  int status = 0;
  while (waitpid(init, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace nosc::testing
