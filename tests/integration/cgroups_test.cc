// SPDX-License-Identifier: Apache-2.0
// The container's own cgroup: joined before its first instruction, gone after its last.

#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

class CgroupsTest : public ContainerTest {
 protected:
  void SetUp() override {
    ContainerTest::SetUp();
    if (!IsSkipped() && cgroup2_root().empty()) GTEST_SKIP() << "no cgroup2 on this machine";
  }

  // A command that runs `script` in the cgroup `path`, which may name the container's id as %.
  Command command_in(Bundle& bundle, std::string path, const std::string& script) {
    run_command(bundle);
    if (const size_t at = path.find('%'); at != std::string::npos) path.replace(at, 1, last_id());
    bundle.config()["linux"]["cgroupsPath"] = path;
    bundle.set_script(script);
    bundle.write();
    return runtime_command({"run", "--bundle", bundle.directory(), last_id()});
  }
};
NOSC_INSTANTIATE(CgroupsTest, root_settings());

// The line of cgroup2 in /proc/self/cgroup.
constexpr const char* kOwnCgroup = "sed -n 's/^0:://p' /proc/self/cgroup";

TEST_P(CgroupsTest, IsTheOneThatTheConfigurationNames) {
  Bundle& bundle = make_bundle();
  const Completed result = run(command_in(bundle, "/%", kOwnCgroup));
  EXPECT_EQ(result.out, "/" + last_id() + "\n") << result.describe();
  EXPECT_FALSE(fs::exists(cgroup2_root() / last_id()));
}

TEST_P(CgroupsTest, NestedPathIsMadeAndRemoved) {
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  const Completed result = run(command_in(bundle, "/%/inner/most", kOwnCgroup));
  EXPECT_EQ(result.out, "/" + last_id() + "/inner/most\n") << result.describe();
}

TEST_P(CgroupsTest, ParentThatWasThereStays) {
  Bundle& bundle = make_bundle();
  const fs::path parent = cgroup2_root() / (private_machine().id + "-parent");
  fs::create_directory(parent);
  const Completed result =
      run(command_in(bundle, "/" + parent.filename().string() + "/%", kOwnCgroup));
  EXPECT_EQ(result.out, "/" + parent.filename().string() + "/" + last_id() + "\n")
      << result.describe();
  EXPECT_TRUE(fs::exists(parent));
  fs::remove(parent);
  for (const auto& entry : fs::directory_iterator(cgroup2_root().parent_path())) {
    fs::remove(entry.path() / parent.filename());  // where another runtime uses version 1 as well
  }
}

// A container in it was killed by cgroup.kill; the next one lives, and so does who enters it.
TEST_P(CgroupsTest, OneInWhichOthersWereKilledTakesNewOnes) {
  const fs::path root = cgroup2_root();
  if (root.empty()) GTEST_SKIP() << "no cgroup version 2";
  const std::string name = private_machine().id + "-killed";
  std::error_code error;
  if (!fs::create_directory(root / name, error)) GTEST_SKIP() << error.message();
  const bool kills = fs::exists(root / name / "cgroup.kill");
  for (int turn = 0; turn < 2; ++turn) {
    std::ofstream(root / name / "cgroup.kill") << "1";
    Bundle& bundle = make_bundle();
    bundle.config()["linux"]["cgroupsPath"] = "/" + name;
    EXPECT_EQ(output_of(bundle, "echo alive"), "alive") << "cgroup.kill: " << kills;
    bundle.set_script("trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done");
    Process running(run_command(bundle));
    ASSERT_TRUE(running.wait_for_output("ready"));
    if (GetParam().kernel != Kernel::kOld) {  // which has no exec
      const Completed entered = run(runtime_command({"exec", last_id(), "/bin/true"}));
      EXPECT_EQ(entered.exit_status, 0) << entered.describe();
    }
    running.send_signal(SIGTERM);
    EXPECT_EQ(running.finish().exit_status, 0);
  }
  EXPECT_TRUE(fs::remove(root / name));
}

// A cpuset of version 1 that nobody filled: no process may be in it, nor anywhere below.
TEST_P(CgroupsTest, EmptyCpusetsAboveAreFilled) {
  NOSC_ONLY();
  const fs::path cpuset = "/sys/fs/cgroup/cpuset";
  const std::string name = private_machine().id + "-cpuset";
  std::error_code error;
  if (!fs::exists(cpuset / "cpuset.cpus") || !fs::create_directory(cpuset / name, error)) {
    GTEST_SKIP() << "no cpusets of version 1 on this machine";
  }
  const auto cpus_of = [](const fs::path& directory) {
    std::string cpus;
    std::getline(std::ifstream(directory / "cpuset.cpus"), cpus);
    return cpus;
  };
  ASSERT_EQ(cpus_of(cpuset / name), "");
  Bundle& bundle = make_bundle();
  const Completed result = run(command_in(bundle, "/" + name + "/%", "echo inside"));
  EXPECT_EQ(result.out, "inside\n") << result.describe();
  EXPECT_EQ(cpus_of(cpuset / name), cpus_of(cpuset));
  EXPECT_TRUE(fs::remove(cpuset / name));
}

// Time for real-time processes, in version 1 alone, of kernels that give it to groups.
TEST_P(CgroupsTest, RealTimeIsGivenAndChanged) {
  NOSC_ONLY();
  const fs::path cpu = "/sys/fs/cgroup/cpu";
  if (!fs::exists(cpu / "cpu.rt_runtime_us")) GTEST_SKIP() << "no real-time groups here";
  Bundle& bundle = make_bundle();
  Json& limits = bundle.config()["linux"]["resources"]["cpu"];
  limits["realtimePeriod"] = 500'000;
  limits["realtimeRuntime"] = 20'000;
  Process process(
      command_in(bundle, "/%", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done"));
  ASSERT_TRUE(process.wait_for_output("ready")) << process.finish().describe();
  const auto expect = [&](const std::string& period, const std::string& runtime) {
    EXPECT_EQ(read_file(cpu / last_id() / "cpu.rt_period_us"), period + "\n");
    EXPECT_EQ(read_file(cpu / last_id() / "cpu.rt_runtime_us"), runtime + "\n");
  };
  const auto update = [&](std::vector<std::string> words, int status) {
    words.insert(words.begin(), "update");
    words.push_back(last_id());
    const Completed result = run(runtime_command(words));
    EXPECT_EQ(result.exit_status, status) << result.describe();
    return result.err;
  };
  expect("500000", "20000");
  update({"--cpu-rt-runtime", "10000"}, 0);
  expect("500000", "10000");
  // Each pair is refused by the kernel in one of the two orders.
  update({"--cpu-rt-period", "5000", "--cpu-rt-runtime", "2000"}, 0);
  expect("5000", "2000");
  update({"--cpu-rt-period", "500000", "--cpu-rt-runtime", "10000"}, 0);
  expect("500000", "10000");
  const std::string said = update({"--cpu-rt-period", "1000", "--cpu-rt-runtime", "2000"}, 1);
  EXPECT_NE(said.find("/linux/resources/cpu/realtime"), std::string::npos) << said;
  process.send_signal(SIGTERM);
  EXPECT_EQ(process.finish().exit_status, 0);
}

TEST_P(CgroupsTest, AllProcessesAreInIt) {
  Bundle& bundle = make_bundle();
  Command command =
      command_in(bundle, "/%", "sleep 5 & echo ready; read line < /dev/null; sleep 5 & wait");
  Process process(command);
  ASSERT_TRUE(process.wait_for_output("ready"));
  size_t count = 0;
  (void)wait_until([&] {
    count = split_lines(read_file(cgroup2_root() / last_id() / "cgroup.procs")).size();
    return count >= 3;
  });
  EXPECT_EQ(count, 3u);
  std::ifstream members(cgroup2_root() / last_id() / "cgroup.procs");
  std::string init;
  std::getline(members, init);
  kill(std::stoi(init), SIGKILL);
  EXPECT_EQ(process.finish().exit_status, 128 + SIGKILL);
}

TEST_P(CgroupsTest, NamespaceMakesItTheRoot) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["namespaces"].push(Json::object({{"type", "cgroup"}}));
  const Completed result = run(command_in(bundle, "/%", kOwnCgroup));
  EXPECT_EQ(result.out, "/\n") << result.describe();
}

TEST_P(CgroupsTest, RelativePathIsTheRuntimesChoiceOfPlace) {
  Bundle& bundle = make_bundle();
  const Completed result = run(command_in(bundle, "%", kOwnCgroup));
  EXPECT_NE(result.out.find(last_id()), std::string::npos) << result.describe();
}

TEST_P(CgroupsTest, ClimbingPathStaysInTheHierarchy) {
  Bundle& bundle = make_bundle();
  const Completed result = run(command_in(bundle, "/../../../../tmp/%", kOwnCgroup));
  EXPECT_FALSE(fs::exists(fs::path("/tmp") / last_id())) << result.describe();
}

TEST_P(CgroupsTest, IsRemovedWhenTheProgramIsMissing) {
  Bundle& bundle = make_bundle();
  Command command = command_in(bundle, "/%", "");
  bundle.set_args({"/no/such/program"});
  bundle.write();
  const Completed result = run(command);
  EXPECT_NE(result.exit_status, 0);
  EXPECT_FALSE(fs::exists(cgroup2_root() / last_id()));
}

// A process that enters it would stand still in the middle of its set-up, and the runtime with it.
TEST_P(CgroupsTest, AFrozenOneIsRefused) {
  const fs::path freezer = "/sys/fs/cgroup/freezer";
  const bool is_version_1 = fs::exists(freezer / "cgroup.procs");
  const fs::path root = is_version_1 ? freezer : cgroup2_root();
  const std::string name = private_machine().id + "-frozen";
  std::error_code error;
  if (root.empty() || !fs::create_directory(root / name, error)) GTEST_SKIP() << "no freezer";
  std::ofstream(root / name / (is_version_1 ? "freezer.state" : "cgroup.freeze"))
      << (is_version_1 ? "FROZEN" : "1");
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["cgroupsPath"] = "/" + name;
  // What makes nosc use version 1's hierarchies at all.
  bundle.config()["linux"]["resources"]["pids"]["limit"] = 100;
  const Completed refused = run_bundle(bundle);
  EXPECT_EQ(refused.exit_status, 1) << refused.describe();
  EXPECT_NE(refused.err.find("container's cgroup unexpectedly frozen"), std::string::npos)
      << refused.err;
  EXPECT_TRUE(fs::remove(root / name));
}

}  // namespace
}  // namespace nosc::testing
