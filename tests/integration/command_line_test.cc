// SPDX-License-Identifier: Apache-2.0
// The commands beside `run` with a bundle: version, help, spec, plan.

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

class CommandLineTest : public ContainerTest {
 protected:
  void SetUp() override {
    NOSC_ONLY();
    ContainerTest::SetUp();
  }
  Completed run_runtime(std::vector<std::string> arguments) {
    return run(runtime_command(std::move(arguments)));
  }
};
NOSC_INSTANTIATE(CommandLineTest, (std::vector<Setting>{{Caller::kRoot, Kernel::kFull},
                                                        {Caller::kPlainUser, Kernel::kFull}}));

TEST_P(CommandLineTest, Version) {
  const Completed result = run_runtime({"--version"});
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_TRUE(result.out.starts_with("nosc ")) << result.out;
  EXPECT_EQ(result.err, "");
}

TEST_P(CommandLineTest, HelpNamesEveryCommand) {
  const Completed result = run_runtime({"--help"});
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  for (const char* command : {"run", "spec", "plan"}) {
    EXPECT_NE(result.out.find(command), std::string::npos) << result.out;
  }
}

TEST_P(CommandLineTest, EachCommandHasHelp) {
  for (const char* name : {"run", "spec", "plan"}) {
    const Completed result = run_runtime({name, "--help"});
    EXPECT_EQ(result.exit_status, 0) << result.describe();
    EXPECT_NE(result.out.find(std::string("nosc ") + name), std::string::npos) << result.out;
    EXPECT_EQ(result.err, "");
  }
}

TEST_P(CommandLineTest, SpecWritesAConfigurationThatRuns) {
  Bundle& bundle = make_bundle();
  bundle.write();
  fs::remove(bundle.directory() / "config.json");
  std::vector<std::string> arguments = {"spec", "--bundle", bundle.directory()};
  if (caller() == Caller::kPlainUser) arguments.push_back("--rootless");
  const Completed written = run_runtime(arguments);
  ASSERT_EQ(written.exit_status, 0) << written.describe();
  EXPECT_EQ(written.out + written.err, "");
  Command command = runtime_command({"run", "--bundle", bundle.directory(), next_id()});
  command.input = "echo from the shell; exit 6\n";
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 6) << result.describe();
  EXPECT_NE(result.out.find("from the shell"), std::string::npos) << result.describe();
}

TEST_P(CommandLineTest, SpecKeepsAnExistingConfiguration) {
  Bundle& bundle = make_bundle();
  bundle.write_text("{}\n");
  const Completed result = run_runtime({"spec", "--bundle", bundle.directory()});
  EXPECT_EQ(result.exit_status, 1) << result.describe();
  EXPECT_EQ(read_file(bundle.directory() / "config.json"), "{}\n");
}

TEST_P(CommandLineTest, SpecWritesToTheCurrentFolder) {
  const fs::path folder = make_folder("empty");
  Command command = runtime_command({"spec"});
  command.working_directory = folder;
  EXPECT_EQ(run(command).exit_status, 0);
  EXPECT_NE(read_file(folder / "config.json").find("\"ociVersion\""), std::string::npos);
}

TEST_P(CommandLineTest, AnErrorAboutALongNameEndsWhereItIsCut) {
  for (const size_t length : {400, 480, 500, 520, 3000}) {
    const Completed result = run_runtime({"state", std::string(length, 'a')});
    EXPECT_EQ(result.exit_status, 1) << result.describe();
    ASSERT_TRUE(result.err.ends_with('\n'));
    for (const char c : result.err.substr(0, result.err.size() - 1)) {
      ASSERT_TRUE(c >= ' ' && c <= '~') << static_cast<int>(c);
    }
  }
}

TEST_P(CommandLineTest, PlanPrintsTheOrderAndDoesNothing) {
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/made/for/it", "tmpfs", "tmpfs"));
  bundle.config()["linux"]["maskedPaths"] = Json::strings({"/proc/timer_list"});
  bundle.write();
  const Completed result = run_runtime({"plan", "--bundle", bundle.directory()});
  ASSERT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.err, "");
  // The parts of a plan in the order in which they happen.
  size_t position = 0;
  for (const char* part : {"/proc", "/made/for/it", "/proc/timer_list", "/bin/true"}) {
    const size_t found = result.out.find(part, position);
    EXPECT_NE(found, std::string::npos) << part << " in\n" << result.out;
    if (found != std::string::npos) position = found;
  }
  EXPECT_FALSE(fs::exists(bundle.rootfs() / "made"));
}

TEST_P(CommandLineTest, PlanIsTheSameEveryTime) {
  Bundle& bundle = make_bundle();
  bundle.write();
  const std::string first = run_runtime({"plan", "--bundle", bundle.directory()}).out;
  EXPECT_EQ(first, run_runtime({"plan", "--bundle", bundle.directory()}).out);
}

}  // namespace
}  // namespace nosc::testing
