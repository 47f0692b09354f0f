// SPDX-License-Identifier: Apache-2.0
// nosc killed at any moment, a full disk for the state, cgroups that are others'.

#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include "tests/support/inspect.h"
#include "tests/support/lifecycle.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

using LifecycleFaults = LifecycleTest;
NOSC_INSTANTIATE(LifecycleFaults, all_settings());

// Starts a command and kills it after a while: its own affair how far it came.
void kill_after(Command command, std::chrono::microseconds delay) {
  command.before_exec = discard_output;
  Process process(command);
  std::this_thread::sleep_for(delay);
  kill(process.pid(), SIGKILL);
  (void)process.finish();
}

TEST_P(LifecycleFaults, KilledAtAnyMomentLeavesNothingThatDeleteDoesNotRemove) {
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/sleep", "1000"});
  bundle.write();
  std::mt19937 random(20261125);
  constexpr int kRounds = 40;
  for (int i = 0; i < kRounds; ++i) {
    const std::string id = next_id();
    const std::vector<std::string> commands[] = {
        {"create", "--bundle", bundle.directory(), id}, {"start", id}, {"delete", "--force", id}};
    for (const auto& words : commands) {
      kill_after(runtime_command(words), std::chrono::microseconds(random() % 9000));
      const std::string seen = status();
      // "creating" until what was forked has seen that its nosc is gone.
      const std::set<std::string> possible = {"", "creating", "created", "running", "stopped"};
      EXPECT_TRUE(possible.contains(seen)) << words[0] << " " << seen;
    }
    const Completed deleted = command({"delete", "--force", "ID"});
    EXPECT_EQ(deleted.exit_status, 0) << deleted.describe();
    EXPECT_EQ(status(), "");
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
  EXPECT_TRUE(fs::is_empty(state_root()));
}

class RootLifecycleFaults : public LifecycleTest {};
NOSC_INSTANTIATE(RootLifecycleFaults, std::vector<Setting>{Setting{}});

TEST_P(RootLifecycleFaults, AFullDiskForTheStateIsOneLine) {
  const fs::path disk = make_folder("disk");
  ASSERT_EQ(mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=4096,mode=0700"), 0);
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/true"});
  bundle.config()["annotations"]["large"] = std::string(20000, 'x');
  bundle.write();
  const Completed created =
      run(runtime_command({"--root", disk, "create", "--bundle", bundle.directory(), next_id()}));
  EXPECT_EQ(created.exit_status, 1);
  EXPECT_NE(created.err.find("ENOSPC"), std::string::npos) << created.err;
  EXPECT_EQ(split_lines(created.err).size(), 1u) << created.err;
  EXPECT_TRUE(fs::is_empty(disk));
  EXPECT_EQ(umount(disk.c_str()), 0);
}

TEST_P(RootLifecycleFaults, ACgroupThatOthersAreInStaysTheirs) {
  if (cgroup2_root().empty()) GTEST_SKIP() << "no cgroup2";
  const fs::path cgroup = cgroup2_root() / (next_id() + "-taken");
  std::error_code error;
  if (!fs::create_directory(cgroup, error)) GTEST_SKIP() << error.message();
  const pid_t other = fork();
  if (other == 0) {
    pause();
    _exit(0);
  }
  std::ofstream(cgroup / "cgroup.procs") << other;
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/true"});
  bundle.config()["linux"]["cgroupsPath"] = "/" + cgroup.filename().string();
  const Completed created = create(bundle);
  EXPECT_EQ(created.exit_status, 1);
  EXPECT_NE(created.err.find("/linux/cgroupsPath"), std::string::npos) << created.err;
  EXPECT_EQ(waitpid(other, nullptr, WNOHANG), 0) << "it must live";
  EXPECT_TRUE(fs::exists(cgroup));
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
  EXPECT_TRUE(wait_until([&] { return rmdir(cgroup.c_str()) == 0; }));
}

}  // namespace
}  // namespace nosc::testing
