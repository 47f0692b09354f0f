// SPDX-License-Identifier: Apache-2.0
// The container never gets hold of the host's runtime file (CVE-2019-5736).

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <iterator>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"
#include "tests/support/namespace_holder.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

class SelfExeTest : public ContainerTest {
 protected:
  void SetUp() override {
    ContainerTest::SetUp();
    before_ = read_file(private_machine().runtime);
  }
  void TearDown() override {
    EXPECT_TRUE(read_file(private_machine().runtime) == before_) << "the runtime's file changed";
    ContainerTest::TearDown();
  }

  // A container that waits to be entered.
  Process start_waiting(Bundle& bundle) {
    bundle.set_script("trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done");
    return Process(run_command(bundle));
  }

 private:
  std::string before_;
};
NOSC_INSTANTIATE(SelfExeTest, all_settings());

TEST_P(SelfExeTest, ProgramsAreTheContainersOwn) {
  Bundle& bundle = make_bundle();
  EXPECT_EQ(output_of(bundle, "readlink /proc/1/exe; readlink /proc/self/exe"),
            "/bin/busybox\n/bin/busybox");
}

// Takes execveat, by which the stub is executed, from the calling process.
void forbid_execveat() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter = {std::size(program), program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(1);
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) _exit(1);
}

bool kernel_has_mm_map() {
  unsigned size = 0;
  return !is_emulated() && prctl(PR_SET_MM, PR_SET_MM_MAP_SIZE, &size, 0, 0) == 0;
}

// One execve less: a change that lets the kernel refuse the call would cost it unseen.
TEST_P(SelfExeTest, TheStubIsCalledWhereTheKernelLetsIt) {
  NOSC_ONLY();
  if (!kernel_has_mm_map()) GTEST_SKIP() << "an emulator, or a kernel without PR_SET_MM_MAP";
  Command command = run_command(make_bundle());
  command.before_exec = forbid_execveat;
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
}

// exec goes on in its sealed copy without executing that either.
TEST_P(SelfExeTest, TheCopyIsMappedWhereTheKernelLetsIt) {
  NOSC_ONLY();
  if (!kernel_has_mm_map()) GTEST_SKIP() << "an emulator, or a kernel without PR_SET_MM_MAP";
  if (caller() == Caller::kPlainUser) GTEST_SKIP() << "a plain user may not outside the container";
  if (GetParam().kernel == Kernel::kOld) GTEST_SKIP() << "exec needs pidfds";
  Process container = start_waiting(make_bundle());
  ASSERT_TRUE(container.wait_for_output("ready")) << container.finish().describe();
  Command command = runtime_command({"exec", last_id(), "/bin/true"});
  command.before_exec = forbid_execveat;
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  container.send_signal(SIGTERM);
  EXPECT_EQ(container.finish().exit_status, 0);
}

// What exec's program can see of the runtime is never the host's file.
TEST_P(SelfExeTest, ExecOfProcSelfExe) {
  if (GetParam().kernel == Kernel::kOld) GTEST_SKIP() << "exec needs pidfds";
  Process container = start_waiting(make_bundle());
  ASSERT_TRUE(container.wait_for_output("ready")) << container.finish().describe();
  const Completed result = run(runtime_command({"exec", last_id(), "/proc/self/exe"}));
  EXPECT_NE(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.out.find("Usage: nosc"), std::string::npos) << result.out;
  container.send_signal(SIGTERM);
  EXPECT_EQ(container.finish().exit_status, 0);
}

// What runs then is at most a sealed copy: it has no power over the host's file, and whatever it
// does it does inside.
TEST_P(SelfExeTest, EntrypointProcSelfExe) {
  Bundle& bundle = make_bundle();
  bundle.set_args({"/proc/self/exe", "--version"});
  const Completed result = run_bundle(bundle);
  EXPECT_FALSE(result.timed_out) << result.describe();
}

TEST_P(SelfExeTest, ScriptWithProcSelfExeAsInterpreter) {
  Bundle& bundle = make_bundle();
  bundle.add_file("rootfs/entry", "#!/proc/self/exe\n", 0755);
  bundle.set_args({"/entry"});
  const Completed result = run_bundle(bundle);
  EXPECT_FALSE(result.timed_out) << result.describe();
}

// What a process that shares the container's pid namespace sees while containers start: it looks
// at every process's program file, again and again. A running program can't be written to, so it
// keeps what it finds and tries later.
struct Sightings {
  std::atomic<uint64_t> looks;
  std::atomic<int> seen;      // the runtime's own file was some process's program
  std::atomic<int> writable;  // and could be opened for writing
};

void watch_programs(Sightings& sightings, dev_t device, ino_t inode) {
  std::string kept;
  for (;;) {
    for (int pid = 2; pid < 400; ++pid) {
      const std::string path = "/proc/" + std::to_string(pid) + "/exe";
      struct stat status = {};
      ++sightings.looks;
      if (stat(path.c_str(), &status) != 0) continue;
      if (status.st_dev != device || status.st_ino != inode) continue;
      ++sightings.seen;
      const int fd = kept.empty() ? open(path.c_str(), O_RDONLY | O_CLOEXEC) : -1;
      if (fd >= 0) kept = "/proc/self/fd/" + std::to_string(fd);
    }
    const int fd = kept.empty() ? -1 : open(kept.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd >= 0) ++sightings.writable;
    if (fd >= 0) close(fd);
  }
}

using WatchedStartTest = SelfExeTest;
NOSC_INSTANTIATE(WatchedStartTest, root_settings());

TEST_P(WatchedStartTest, NeighbourInThePidNamespaceNeverSeesTheFile) {
  auto* sightings = static_cast<Sightings*>(
      mmap(nullptr, sizeof(Sightings), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(sightings, MAP_FAILED);
  struct stat runtime = {};
  ASSERT_EQ(stat(private_machine().runtime.c_str(), &runtime), 0);
  {
    NamespaceHolder neighbour(CLONE_NEWPID | CLONE_NEWNS, [&] {
      mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
      mount("proc", "/proc", "proc", 0, nullptr);
      watch_programs(*sightings, runtime.st_dev, runtime.st_ino);
    });
    for (int round = 0; round < 10; ++round) {
      Bundle& bundle = make_bundle();
      bundle.config()["linux"]["namespaces"] =
          Json::array({Json::object({{"type", "mount"}}),
                       Json::object({{"type", "pid"}, {"path", neighbour.path("pid")}})});
      bundle.config().erase("hostname");
      bundle.config()["mounts"] = Json::array({mount_entry("/proc", "proc", "proc")});
      bundle.config()["linux"].erase("maskedPaths");
      bundle.config()["linux"].erase("readonlyPaths");
      bundle.set_args({"/bin/true"});
      const Completed result = run_bundle(bundle);
      EXPECT_EQ(result.exit_status, 0) << result.describe();
    }
  }
  EXPECT_GT(sightings->looks.load(), 1000u);
  EXPECT_EQ(sightings->seen.load(), 0);
  EXPECT_EQ(sightings->writable.load(), 0);
  munmap(sightings, sizeof(Sightings));
}

}  // namespace
}  // namespace nosc::testing
