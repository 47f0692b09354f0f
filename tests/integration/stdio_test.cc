// SPDX-License-Identifier: Apache-2.0
// Standard input, output and error pass through untouched.

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

constexpr size_t kBigSizeBytes = 8 << 20;
// `ls` runs as a child, so the folder that it reads is not among the descriptors.
constexpr const char* kListInitDescriptors = "ls /proc/1/fd; true";

using StdioTest = ContainerTest;
NOSC_INSTANTIATE(StdioTest, all_settings());

TEST_P(StdioTest, OutputAndErrorStayApart) {
  Bundle& bundle = make_bundle();
  bundle.set_script("echo to out; echo to err >&2");
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.out, "to out\n");
  EXPECT_EQ(result.err, "to err\n");
}

TEST_P(StdioTest, InputReachesTheContainer) {
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/cat"});
  Command command = run_command(bundle);
  command.input = std::string("one\ntwo\0three", 13);
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.out, command.input);
}

TEST_P(StdioTest, ManyMegabytesPassUnchanged) {
  Bundle& bundle = make_bundle();
  bundle.set_args({"/bin/cat"});
  Command command = run_command(bundle);
  command.input.resize(kBigSizeBytes);
  for (size_t i = 0; i < command.input.size(); ++i) command.input[i] = char(i * 2654435761u >> 13);
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_TRUE(result.out == command.input) << result.out.size() << " bytes came back";
}

// Root of a container could change the mode and the owner of the host's null device for everybody:
// what it gets is its own.
TEST_P(StdioTest, TheNullDeviceIsTheContainersOwn) {
  NOSC_ONLY();
  constexpr const char* kCompare = "stat -L -c %d:%i /proc/self/fd/0 /dev/null";
  const auto expect_same = [](const std::string& out) {
    const std::vector<std::string> lines = split_lines(out);
    ASSERT_GE(lines.size(), 2u) << out;
    EXPECT_EQ(lines[0], lines[1]);
  };
  const auto take_null = [](Command& command) {
    command.before_exec = [] { dup2(open("/dev/null", O_RDWR), 0); };
  };
  Bundle& bundle = make_bundle();
  bundle.set_script(kCompare);
  Command command = run_command(bundle);
  take_null(command);
  expect_same(run(command).out);
  if (is_emulated() || GetParam().kernel == Kernel::kOld) return;  // which have no exec

  bundle.set_script("trap 'exit 0' TERM; echo ready; while :; do sleep 0.02; done");
  Process running(run_command(bundle));
  ASSERT_TRUE(running.wait_for_output("ready"));
  Command entering = runtime_command({"exec", last_id(), "/bin/sh", "-c", kCompare});
  take_null(entering);
  expect_same(run(entering).out);
  running.send_signal(SIGTERM);
  EXPECT_EQ(running.finish().exit_status, 0);
}

// Whatever nosc opens must never be taken for a stream.
TEST_P(StdioTest, MissingStreamsAreNowhere) {
  Bundle& bundle = make_bundle();
  bundle.set_script("for n in 0 1 2; do (readlink /proc/1/fd/$n >> /tmp/streams); done");
  for (const bool all : {false, true}) {
    Command command = run_command(bundle);
    command.before_exec = [all] {
      for (const int stream : {0, 1, 2}) {
        if (all || stream == 1) close(stream);
      }
    };
    const Completed result = run(command);
    EXPECT_EQ(result.exit_status, 0) << result.describe();
    const std::vector<std::string> lines = split_lines(read_file(bundle.rootfs() / "tmp/streams"));
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[1], "/dev/null");
    EXPECT_EQ(lines[0] == "/dev/null" && lines[2] == "/dev/null", all);
    std::filesystem::remove(bundle.rootfs() / "tmp/streams");
  }
}

TEST_P(StdioTest, ClosedReaderEndsTheWriter) {
  Bundle& bundle = make_bundle();
  bundle.set_script("cat /dev/zero | head -c 100000 | wc -c");
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.out, "100000\n") << result.describe();
}

using StdioOfAnOrdinaryUserTest = ContainerTest;
NOSC_INSTANTIATE(StdioOfAnOrdinaryUserTest, root_settings());

// Opening /dev/stdout opens the pipe anew, with the rights of the container's user.
TEST_P(StdioOfAnOrdinaryUserTest, StreamsCanBeOpenedByName) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["user"] = Json::object({{"uid", 1000}, {"gid", 1000}});
  bundle.set_script("echo out > /dev/stdout; echo err > /dev/stderr");
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.out, "out\n") << result.describe();
  EXPECT_EQ(result.err, "err\n");
}

// What output goes to is the user's then, what input comes from stays whose it was.
TEST_P(StdioOfAnOrdinaryUserTest, OutputFilesCanBeOpenedByName) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["user"] = Json::object({{"uid", 1000}, {"gid", 1000}});
  bundle.set_script("read line; echo $line >> /dev/stdout");
  bundle.add_file("in", "said\n", 0600);
  bundle.add_file("out", "", 0600);
  const std::string in = bundle.directory() / "in";
  const std::string out = bundle.directory() / "out";
  Command command = run_command(bundle);
  command.before_exec = [&] {
    dup2(open(in.c_str(), O_RDONLY), 0);
    dup2(open(out.c_str(), O_WRONLY | O_APPEND), 1);
  };
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(read_file(out), "said\n");
  struct stat status{};
  ASSERT_EQ(stat(in.c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 0u);
}

TEST_P(StdioTest, InitHasOnlyTheStandardStreams) {
  Bundle& bundle = make_bundle();
  EXPECT_EQ(output_of(bundle, kListInitDescriptors), "0\n1\n2");
}

TEST_P(StdioTest, DescriptorsOfTheCallerDoNotReachTheContainer) {
  Bundle& bundle = make_bundle();
  bundle.set_script(kListInitDescriptors);
  Command command = run_command(bundle);
  command.before_exec = [] {
    for (int fd : {3, 4, 7, 100}) dup2(0, fd);
  };
  const Completed result = run(command);
  EXPECT_EQ(result.out, "0\n1\n2\n") << result.describe();
}

TEST_P(StdioTest, ClosedStreamsOfTheCallerStayHarmless) {
  NOSC_ONLY();
  if (is_emulated()) GTEST_SKIP() << "the emulator needs its standard streams";
  Bundle& bundle = make_bundle();
  bundle.set_script("exit 5");
  Command command = run_command(bundle);
  command.before_exec = [] {
    for (int fd : {0, 1, 2}) close(fd);
  };
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 5) << result.describe();
}

}  // namespace
}  // namespace nosc::testing
