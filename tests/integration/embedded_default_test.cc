// SPDX-License-Identifier: Apache-2.0
// The container without a bundle: the host's files as a root whose changes vanish.

#include <sys/mount.h>

#include <fstream>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

class EmbeddedDefaultTest : public ContainerTest {
 protected:
  void SetUp() override {
    NOSC_ONLY();
    ContainerTest::SetUp();
    const bool classic =
        setting().kernel == Kernel::kNoNewMountApi || setting().kernel == Kernel::kOld;
    if (classic && caller() == Caller::kPlainUser) {
      GTEST_SKIP() << "a tree of locked mounts becomes read-only by mount_setattr alone";
    }
  }
  // The root's own programs are the host's.
  Completed run_inside(const std::string& script) {
    return run(runtime_command({"run", "--", "sh", "-c", script}));
  }
};
NOSC_INSTANTIATE(EmbeddedDefaultTest, all_settings());

TEST_P(EmbeddedDefaultTest, RunsACommandAndReturnsItsStatus) {
  const Completed result = run_inside("echo out; echo err >&2; exit 7");
  EXPECT_EQ(result.exit_status, 7) << result.describe();
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
}

TEST_P(EmbeddedDefaultTest, CommandIsLookedUpInThePath) {
  const Completed result = run(runtime_command({"run", "--", "true"}));
  EXPECT_EQ(result.exit_status, 0) << result.describe();
}

TEST_P(EmbeddedDefaultTest, IsAloneInItsNamespaces) {
  const Completed result = run_inside(
      "hostname; echo $$; cd /proc/self/ns; for n in mnt pid net ipc uts cgroup user; do "
      "echo $n: $(readlink $n); done");
  ASSERT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_TRUE(result.out.starts_with("nosc\n1\n")) << result.out;
  for (const char* name : {"mnt", "pid", "net", "ipc", "uts", "cgroup"}) {
    EXPECT_NE(field_of(result.out, name), fs::read_symlink(std::string("/proc/self/ns/") + name))
        << name;
  }
  const bool own_user = field_of(result.out, "user") != fs::read_symlink("/proc/self/ns/user");
  EXPECT_EQ(own_user, caller() == Caller::kPlainUser);
}

// The kernel grants only root an overlay over a root that has mounts below it.
TEST_P(EmbeddedDefaultTest, ChangesVanishOrAreRefused) {
  const fs::path marker = "/var/tmp/" + private_machine().id + "-marker";
  const std::string name = marker;
  const Completed result =
      run_inside("echo made 2>/dev/null > " + name + " && cat " + name + "; cat /etc/passwd");
  EXPECT_FALSE(fs::exists(marker));
  fs::remove(marker);
  EXPECT_NE(result.out.find("root:"), std::string::npos) << result.describe();
  EXPECT_EQ(result.out.starts_with("made\n"), caller() == Caller::kRoot) << result.describe();
  const Completed again = run_inside("test -e " + name + " || echo gone");
  EXPECT_EQ(again.out, "gone\n") << again.describe();
}

TEST_P(EmbeddedDefaultTest, MountsBelowTheRootAreReadOnly) {
  constexpr const char* kPoint = "/srv";
  if (mount("below", kPoint, "tmpfs", 0, "mode=777") != 0) {
    GTEST_SKIP() << "there is no " << kPoint;
  }
  std::ofstream(std::string(kPoint) + "/file") << "shown\n";
  const Completed result = run_inside("cat /srv/file; touch /srv/new 2>/dev/null || echo refused");
  umount2(kPoint, MNT_DETACH);
  EXPECT_EQ(result.out, "shown\nrefused\n") << result.describe();
}

TEST_P(EmbeddedDefaultTest, RunsWithFewPowers) {
  const Completed result = run_inside("cat /proc/self/status");
  EXPECT_EQ(field_of(result.out, "NoNewPrivs"), "1") << result.describe();
  EXPECT_EQ(field_of(result.out, "CapInh"), "0000000000000000");
  const uint64_t bounding = std::stoull("0" + field_of(result.out, "CapBnd"), nullptr, 16);
  constexpr uint64_t kSysAdmin = 1ull << 21;
  constexpr uint64_t kSysModule = 1ull << 16;
  EXPECT_EQ(bounding & (kSysAdmin | kSysModule), 0u) << field_of(result.out, "CapBnd");
}

TEST_P(EmbeddedDefaultTest, KernelFilesAreMasked) {
  const Completed result = run_inside(
      "cat /proc/timer_list | wc -c; echo x 2>/dev/null > /proc/sys/kernel/hostname || "
      "echo refused");
  EXPECT_EQ(result.out, "0\nrefused\n") << result.describe();
}

TEST_P(EmbeddedDefaultTest, WithoutATerminalItReportsTheIsolation) {
  const Completed result = run(runtime_command({}));
  ASSERT_EQ(result.exit_status, 0) << result.describe();
  for (const char* word : {"pid", "hostname", "nosc", "uid", "cgroup", "mount", "lo"}) {
    EXPECT_NE(result.out.find(word), std::string::npos) << word << " in\n" << result.out;
  }
}

TEST_P(EmbeddedDefaultTest, VerboseSaysWhatWasSetUp) {
  const Completed result = run(runtime_command({"run", "--verbose", "--", "true"}));
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_FALSE(result.out.empty() && result.err.empty());
}

TEST_P(EmbeddedDefaultTest, MissingCommandIs127) {
  const Completed result = run(runtime_command({"run", "--", "no-such-command-here"}));
  EXPECT_EQ(result.exit_status, 127) << result.describe();
}

TEST_P(EmbeddedDefaultTest, WhatOnlyABundleHasNeedsAnId) {
  for (const std::vector<std::string>& options : {std::vector<std::string>{"--detach"},
                                                  {"--keep"},
                                                  {"--config", "x"},
                                                  {"--no-pivot"},
                                                  {"--console-socket", "x"},
                                                  {"--preserve-fds", "0"}}) {
    std::vector<std::string> arguments{"run"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Completed result = run(runtime_command(arguments));
    EXPECT_EQ(result.exit_status, 1) << result.describe();
    EXPECT_NE(result.err.find("needs a container ID"), std::string::npos) << result.err;
  }
}

}  // namespace
}  // namespace nosc::testing
