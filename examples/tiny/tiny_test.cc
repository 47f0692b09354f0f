// SPDX-License-Identifier: Apache-2.0

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

namespace {

constexpr char kTiny[] = "examples/tiny/tiny";  // from the folder that Bazel runs tests in
constexpr off_t kSizeLimitBytes = 2048;

struct Outcome {
  int status = -1;  // as a shell would say it
  std::string output;
};

Outcome run(std::vector<std::string> words) {
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  int pipe_ends[2];
  EXPECT_EQ(pipe2(pipe_ends, O_CLOEXEC), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(pipe_ends[1], STDOUT_FILENO);
    dup2(pipe_ends[1], STDERR_FILENO);
    execv(kTiny, argv.data());
    _exit(255);
  }
  close(pipe_ends[1]);
  Outcome outcome;
  char bytes[512];
  ssize_t count;
  while ((count = read(pipe_ends[0], bytes, sizeof(bytes))) > 0) {
    outcome.output.append(bytes, static_cast<size_t>(count));
  }
  close(pipe_ends[0]);
  int wait_status = 0;
  EXPECT_EQ(waitpid(child, &wait_status, 0), child);
  outcome.status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
  return outcome;
}

// A cgroup of the test's own, where the machine lets it make one.
class Container : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
      struct statfs file_system = {};
      if (statfs(root, &file_system) == 0 && file_system.f_type == CGROUP2_SUPER_MAGIC) {
        cgroup_ = std::string(root) + "/nosc_tiny_test_" + std::to_string(getpid());
      }
    }
    if (cgroup_.empty()) {
      GTEST_SKIP() << "no cgroup2 is mounted";
    }
    if (geteuid() != 0) {
      GTEST_SKIP() << "clone3 with namespaces needs root";
    }
    if (mkdir(cgroup_.c_str(), 0755) != 0) {
      const int error = errno;
      cgroup_.clear();
      GTEST_SKIP() << "mkdir of a cgroup: " << strerror(error);
    }
  }

  void TearDown() override {
    if (!cgroup_.empty()) {
      EXPECT_EQ(rmdir(cgroup_.c_str()), 0) << strerror(errno);
    }
  }

  Outcome run_shell(const std::string& script) {
    return run({"tiny", cgroup_, "small", "/bin/sh", "-c", script});
  }

  std::string cgroup_;
};

TEST(Tiny, FitsIntoHalfAPage) {
  struct stat status = {};
  ASSERT_EQ(stat(kTiny, &status), 0);
  EXPECT_LE(status.st_size, kSizeLimitBytes);
}

TEST(Tiny, SaysHowItIsUsed) {
  const Outcome outcome = run({"tiny"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.output, "usage: tiny CGROUP HOSTNAME PROGRAM [ARGUMENT...]\n");
}

TEST(Tiny, NamesTheCgroupThatIsMissing) {
  const Outcome outcome = run({"tiny", "/no/such/cgroup", "small", "/bin/true"});
  EXPECT_EQ(outcome.status, 125);
  EXPECT_EQ(outcome.output, "tiny: /no/such/cgroup: errno 2\n");
}

TEST_F(Container, GivesItsExitStatus) {
  EXPECT_EQ(run_shell("exit 0").status, 0);
  EXPECT_EQ(run_shell("exit 42").status, 42);
}

TEST_F(Container, GivesTheSignalThatEndedIt) {
  // The first process of a pid namespace dies of no signal from inside, but of its own fault.
  const std::string crash = std::filesystem::absolute("examples/tiny/crash");
  EXPECT_EQ(run({"tiny", cgroup_, "small", crash}).status, 128 + SIGILL);
}

TEST_F(Container, HasItsOwnNameAndProcesses) {
  EXPECT_EQ(run_shell("uname -n; echo $$").output, "small\n1\n");
}

TEST_F(Container, KeepsItsMountsToItself) {
  EXPECT_EQ(run_shell("mount -t tmpfs none /mnt && : > /mnt/inside").status, 0);
  EXPECT_NE(access("/mnt/inside", F_OK), 0);
}

TEST_F(Container, NamesTheProgramThatIsMissing) {
  const Outcome outcome = run({"tiny", cgroup_, "small", "/no/such/program"});
  EXPECT_EQ(outcome.status, 127);
  EXPECT_EQ(outcome.output, "tiny: /no/such/program: errno 2\n");
}

}  // namespace
