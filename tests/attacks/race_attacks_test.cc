// SPDX-License-Identifier: Apache-2.0
// A process that swaps a folder of the image for a symlink while containers start.

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 60;

// Exchanges two names without a pause, for as long as it lives.
class Swapper {
 public:
  Swapper(const fs::path& one, const fs::path& other) : pid_(fork()) {
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
  }
  ~Swapper() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Swapper(const Swapper&) = delete;
  Swapper& operator=(const Swapper&) = delete;

 private:
  pid_t pid_;
};

class RaceAttacksTest : public ContainerTest {
 protected:
  // A bundle in which /swapped is now a folder, now a symlink to a folder of the host.
  Bundle& make_raced_bundle(const fs::path& victim) {
    Bundle& bundle = make_bundle();
    fs::create_directory(bundle.rootfs() / "swapped");
    fs::create_symlink(victim, bundle.rootfs() / "other");
    return bundle;
  }
};
NOSC_INSTANTIATE(RaceAttacksTest, root_settings());

// CVE-2021-30465: a mount that lands outside isn't seen inside.
TEST_P(RaceAttacksTest, MountsLandInside) {
  const fs::path victim = make_folder("victim");
  Bundle& bundle = make_raced_bundle(victim);
  bundle.add_mount(mount_entry("/swapped", "tmpfs", "the-mount"));
  bundle.set_script("cat /proc/self/mountinfo");
  const Command command = run_command(bundle);
  Swapper swapper(bundle.rootfs() / "swapped", bundle.rootfs() / "other");
  int succeeded = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Completed result = run(command);
    if (result.exit_status != 0) continue;
    ++succeeded;
    EXPECT_NE(result.out.find("the-mount"), std::string::npos) << result.describe();
  }
  EXPECT_GT(succeeded, 0);
  EXPECT_TRUE(fs::is_empty(victim));
}

// CVE-2024-45310
TEST_P(RaceAttacksTest, FoldersAndFilesAreMadeInside) {
  const fs::path victim = make_folder("victim");
  Bundle& bundle = make_raced_bundle(victim);
  bundle.add_file("one.conf", "");
  bundle.add_mount(mount_entry("/swapped/a/b", "tmpfs", "tmpfs"));
  bundle.add_mount(
      mount_entry("/swapped/c/file", "bind", bundle.directory() / "one.conf", {"bind"}));
  bundle.config()["process"]["cwd"] = "/swapped/d/e";
  const Command command = run_command(bundle);
  Swapper swapper(bundle.rootfs() / "swapped", bundle.rootfs() / "other");
  int succeeded = 0;
  for (int round = 0; round < kRounds; ++round) {
    if (run(command).exit_status == 0) ++succeeded;
    ASSERT_TRUE(fs::is_empty(victim));
  }
  EXPECT_GT(succeeded, 0);
}

// CVE-2019-19921: two containers of one image race for its /proc.
TEST_P(RaceAttacksTest, ProcIsSwapped) {
  const fs::path victim = make_folder("victim");
  Bundle& bundle = make_raced_bundle(victim);
  bundle.set_script("test -e /proc/self/status && echo proc");
  const Command command = run_command(bundle);
  Swapper swapper(bundle.rootfs() / "proc", bundle.rootfs() / "other");
  int succeeded = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Completed result = run(command);
    if (result.out == "proc\n") ++succeeded;
    EXPECT_EQ(result.exit_status == 0, result.out == "proc\n") << result.describe();
  }
  EXPECT_GT(succeeded, 0);
  EXPECT_TRUE(fs::is_empty(victim));
}

// Masks hold for what is masked, whichever name it has at the time. Where the link has the name
// while the mask is made, nothing is masked.
TEST_P(RaceAttacksTest, MaskedFolderIsSwapped) {
  const fs::path victim = make_folder("victim");
  Bundle& bundle = make_raced_bundle(victim);
  bundle.add_file("rootfs/swapped/file", "secret\n");
  bundle.set_script(
      "grep -qE ' /(swapped|other) .*nr_inodes=1' /proc/self/mountinfo && echo masked; "
      "cat /swapped/file /other/file 2>/dev/null; true");
  bundle.config()["linux"]["maskedPaths"] = Json::strings({"/swapped"});
  bundle.config()["linux"]["readonlyPaths"] = Json::strings({"/swapped"});
  const Command command = run_command(bundle);
  Swapper swapper(bundle.rootfs() / "swapped", bundle.rootfs() / "other");
  int masked = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Completed result = run(command);
    EXPECT_FALSE(result.timed_out);
    if (!result.out.starts_with("masked\n")) continue;
    ++masked;
    EXPECT_EQ(result.out, "masked\n") << result.describe();
  }
  EXPECT_GT(masked, 0);
  EXPECT_TRUE(fs::is_empty(victim));
}

}  // namespace
}  // namespace nosc::testing
