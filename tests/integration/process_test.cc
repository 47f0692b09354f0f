// SPDX-License-Identifier: Apache-2.0
// What the container's process starts with: folder, environment, program, limits.

#include <sys/resource.h>

#include <algorithm>
#include <fstream>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

using ProcessTest = ContainerTest;
NOSC_INSTANTIATE(ProcessTest, all_settings());

// The lines of a text in order: an emulator turns the environment's around.
std::vector<std::string> sorted_lines(const std::string& text) {
  std::vector<std::string> lines = split_lines(text);
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST_P(ProcessTest, WorkingFolder) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["cwd"] = "/tmp";
  EXPECT_EQ(output_of(bundle, "pwd; readlink /proc/self/cwd"), "/tmp\n/tmp");
}

TEST_P(ProcessTest, MissingWorkingFolderIsMade) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["cwd"] = "/made/for/it";
  EXPECT_EQ(output_of(bundle, "pwd; readlink /proc/self/cwd"), "/made/for/it\n/made/for/it");
}

TEST_P(ProcessTest, WorkingFolderThroughASymlink) {
  Bundle& bundle = make_bundle();
  std::filesystem::create_symlink("/etc", bundle.rootfs() / "link");
  bundle.config()["process"]["cwd"] = "/link";
  EXPECT_EQ(output_of(bundle, "readlink /proc/self/cwd"), "/etc");
}

TEST_P(ProcessTest, EnvironmentIsTheConfigurationsAlone) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["env"] =
      Json::strings({"PATH=/bin", "HOME=/home", "A=1", "EMPTY=", "SPACE=a b=c", "UTF=\xc3\xa9"});
  bundle.set_args({"/bin/env"});
  Command command = run_command(bundle);
  command.environment.push_back("SECRET=of the caller");
  const Completed result = run(command);
  EXPECT_EQ(sorted_lines(result.out),
            (std::vector<std::string>{"A=1", "EMPTY=", "HOME=/home", "PATH=/bin", "SPACE=a b=c",
                                      "UTF=\xc3\xa9"}))
      << result.describe();
}

TEST_P(ProcessTest, HomeMayBeAddedAndNothingElse) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["env"] = Json::strings({"PATH=/bin"});
  bundle.set_args({"/bin/env"});
  const Completed result = run_bundle(bundle);
  const std::vector<std::string> lines = sorted_lines(result.out);
  EXPECT_TRUE(lines == std::vector<std::string>{"PATH=/bin"} ||
              lines == (std::vector<std::string>{"HOME=/", "PATH=/bin"}))
      << result.describe();
}

TEST_P(ProcessTest, ArgumentsArePassedAsTheyAre) {
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/sh", "-c", "for a in \"$0\" \"$@\"; do echo \"[$a]\"; done", "zero", "",
                   "two words", "--flag", "$x", "\xc3\xa9"});
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.out, "[zero]\n[]\n[two words]\n[--flag]\n[$x]\n[\xc3\xa9]\n")
      << result.describe();
}

TEST_P(ProcessTest, ProgramIsLookedUpInTheContainersPath) {
  Bundle& bundle = make_bundle();
  bundle.add_file("rootfs/opt/first/tool", "#!/bin/sh\necho first\n", 0755);
  bundle.add_file("rootfs/opt/second/tool", "#!/bin/sh\necho second\n", 0755);
  bundle.add_file("rootfs/opt/plain/tool", "not executable", 0644);
  bundle.config()["process"]["env"] =
      Json::strings({"PATH=/nowhere:/opt/plain:/opt/first:/opt/second"});
  bundle.set_args({"tool"});
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.out, "first\n") << result.describe();
}

TEST_P(ProcessTest, RelativeProgramStartsFromTheWorkingFolder) {
  Bundle& bundle = make_bundle();
  bundle.add_file("rootfs/opt/tool", "#!/bin/sh\necho here\n", 0755);
  bundle.config()["process"]["cwd"] = "/opt";
  bundle.set_args({"./tool"});
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.out, "here\n") << result.describe();
}

TEST_P(ProcessTest, ResourceLimits) {
  Bundle& bundle = make_bundle();
  const auto limit = [](const char* type, int soft, int hard) {
    return Json::object({{"type", type}, {"soft", soft}, {"hard", hard}});
  };
  bundle.config()["process"]["rlimits"] =
      Json::array({limit("RLIMIT_NOFILE", 300, 400), limit("RLIMIT_CORE", 0, 0),
                   limit("RLIMIT_MSGQUEUE", 4096, 8192), limit("RLIMIT_CPU", 1000, 2000)});
  const std::string limits = output_of(bundle, "cat /proc/self/limits | tr -s ' '");
  for (const char* line : {"Max open files 300 400", "Max core file size 0 0",
                           "Max msgqueue size 4096 8192", "Max cpu time 1000 2000"}) {
    EXPECT_NE(limits.find(line), std::string::npos) << line << " in\n" << limits;
  }
}

TEST_P(ProcessTest, LimitsNotNamedStayTheCallers) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"].erase("rlimits");
  bundle.set_args({"/bin/cat", "/proc/self/limits"});
  const Completed result = run_bundle(bundle);
  rlimit files = {};
  getrlimit(RLIMIT_NOFILE, &files);
  const std::string expected = std::to_string(files.rlim_max);
  for (const std::string& line : split_lines(result.out)) {
    if (line.starts_with("Max open files")) {
      EXPECT_NE(line.find(expected), std::string::npos) << line;
    }
  }
}

TEST_P(ProcessTest, OutOfMemoryScore) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["oomScoreAdj"] = 321;
  EXPECT_EQ(output_of(bundle, "cat /proc/self/oom_score_adj"), "321");
}

TEST_P(ProcessTest, OutOfMemoryScoreIsTheCallersWhenNotGiven) {
  std::ifstream file("/proc/self/oom_score_adj");
  std::string own;
  file >> own;
  Bundle& bundle = make_bundle();
  EXPECT_EQ(output_of(bundle, "cat /proc/self/oom_score_adj"), own);
}

TEST_P(ProcessTest, InitLeadsASessionOfItsOwn) {
  Bundle& bundle = make_bundle();
  EXPECT_EQ(output_of(bundle, "cut -d' ' -f1,6 /proc/1/stat"), "1 1");
}

using SysctlTest = ContainerTest;
NOSC_INSTANTIATE(SysctlTest, all_settings());

TEST_P(SysctlTest, PingGroupRange) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["sysctl"] = Json::object({{"net.ipv4.ping_group_range", "0 0"}});
  EXPECT_EQ(output_of(bundle, "tr '\\t' ' ' < /proc/sys/net/ipv4/ping_group_range"), "0 0");
}

}  // namespace
}  // namespace nosc::testing
