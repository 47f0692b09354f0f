// SPDX-License-Identifier: Apache-2.0
// What is done to a running container's cgroup, and what callers read of errors.

#include <signal.h>

#include <fstream>
#include <regex>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWait = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done";

class OperationsTest : public RootContainerTest {
 protected:
  void SetUp() override {
    NOSC_ONLY();
    if (!is_machine_root() || cgroup2_root().empty()) GTEST_SKIP() << "needs a cgroup of its own";
    RootContainerTest::SetUp();
  }

  void start() { start(make_bundle()); }

  void start(Bundle& bundle) {
    bundle.set_script(kWait);
    container_.emplace(run_command(bundle));
    ASSERT_TRUE(container_->wait_for_output("ready")) << container_->finish().describe();
    // Set up, as the record has it: exec waits for that.
    ASSERT_EQ(call({"exec", last_id(), "/bin/true"}).exit_status, 0);
  }

  Completed call(std::vector<std::string> arguments, const std::string& input = "") {
    Command command = runtime_command(std::move(arguments));
    command.input = input;
    return run(command);
  }

  std::string status() {
    const std::string text = call({"state", last_id()}).out;
    std::smatch match;
    return std::regex_search(text, match, std::regex("\"status\": *\"([a-z]+)\"")) ? match[1].str()
                                                                                   : text;
  }

  void stop() {
    container_->send_signal(SIGTERM);
    EXPECT_EQ(container_->finish().exit_status, 0);
    container_.reset();
  }

  std::optional<Process> container_;
};

TEST_F(OperationsTest, PauseAndResume) {
  start();
  EXPECT_EQ(status(), "running");
  ASSERT_EQ(call({"pause", last_id()}).exit_status, 0);
  EXPECT_EQ(status(), "paused");
  const Completed again = call({"pause", last_id()});
  EXPECT_EQ(again.exit_status, 1) << again.describe();
  const Completed entered = call({"exec", last_id(), "/bin/true"});
  EXPECT_EQ(entered.exit_status, 255) << entered.describe();
  EXPECT_NE(entered.err.find("paused"), std::string::npos) << entered.err;
  ASSERT_EQ(call({"resume", last_id()}).exit_status, 0);
  EXPECT_EQ(status(), "running");
  EXPECT_NE(call({"resume", last_id()}).err.find("container not paused"), std::string::npos);
  EXPECT_EQ(call({"exec", last_id(), "/bin/true"}).exit_status, 0);
  stop();
}

TEST_F(OperationsTest, ListsTheProcessesThatTheHostSees) {
  start();
  const Completed json = call({"ps", "--format", "json", last_id()});
  ASSERT_EQ(json.exit_status, 0) << json.describe();
  EXPECT_TRUE(std::regex_match(json.out, std::regex("\\[[0-9]+(,[0-9]+)*\\]\n"))) << json.out;
  const std::string state = call({"state", last_id()}).out;
  std::smatch match;
  ASSERT_TRUE(std::regex_search(state, match, std::regex("\"pid\": *([0-9]+)")));
  EXPECT_TRUE(std::regex_search(json.out, std::regex("\\b" + match[1].str() + "\\b"))) << json.out;
  EXPECT_EQ(call({"ps", "--format", "xml", last_id()}).exit_status, 1);
  stop();
}

TEST_F(OperationsTest, TheTableIsTheHostsPss) {
  if (!fs::exists("/bin/ps")) GTEST_SKIP() << "no ps on this host";
  start();
  const Completed table = call({"ps", last_id()});
  EXPECT_TRUE(table.out.starts_with("UID ")) << table.describe();
  EXPECT_NE(table.out.find("trap"), std::string::npos) << table.out;
  // In the columns asked for, and nothing but the container's.
  const Completed columns = call({"ps", last_id(), "-eo", "pid,args"});
  const auto lines = split_lines(columns.out);
  ASSERT_GE(lines.size(), 2U) << columns.describe();
  EXPECT_TRUE(std::regex_match(lines[0], std::regex(" *PID +COMMAND"))) << lines[0];
  Command everything;
  everything.argv = {"/bin/ps", "-e"};
  EXPECT_LT(lines.size(), split_lines(run(everything).out).size()) << columns.out;
  EXPECT_EQ(call({"ps", last_id(), "-eo", "comm"}).exit_status, 1);
  const Completed wrong = call({"ps", last_id(), "--frobnicate"});
  EXPECT_EQ(wrong.exit_status, 1) << wrong.describe();
  EXPECT_NE(wrong.err.find("unknown"), std::string::npos) << wrong.err;
  stop();
}

TEST_F(OperationsTest, AStoppedContainerHasNoProcesses) {
  Bundle& bundle = make_bundle();
  bundle.set_script("exit 3");
  Command command = run_command(bundle);
  command.argv.insert(command.argv.end() - 1, "--keep");
  EXPECT_EQ(run(command).exit_status, 3);
  const Completed result = call({"ps", "--format", "json", last_id()});
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.out, "[]\n");
  EXPECT_EQ(call({"delete", last_id()}).exit_status, 0);
}

TEST_F(OperationsTest, StatisticsHaveTheUsualShape) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["cgroupsPath"] = "/" + private_machine().id + "-statistics";
  start(bundle);
  const Completed result = call({"events", "--stats", last_id()});
  ASSERT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(split_lines(result.out).size(), 1U) << result.out;
  EXPECT_TRUE(result.out.starts_with("{\"type\":\"stats\",\"id\":\"" + last_id() + "\",\"data\":{"))
      << result.out;
  for (const char* part : {R"("cpu":{"usage":{"total":)", R"(,"percpu":[)", R"("memory":{"cache":)",
                           R"("kernel":{"limit":)", R"("kernelTCP":{"limit":)",
                           R"("pids":{"current":)", R"("blkio":{)", R"("hugetlb":{)"}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << result.out;
  }
  EXPECT_EQ(result.out.find(R"("usage":{"total":0,)"), std::string::npos) << result.out;
  EXPECT_EQ(call({"events", "--interval=often", last_id()}).exit_status, 1);
  stop();
}

TEST_F(OperationsTest, FollowsUntilTheEnd) {
  start();
  Process events(runtime_command({"events", "--interval=200ms", last_id()}));
  EXPECT_TRUE(events.wait_for_output("\"stats\""));
  stop();
  EXPECT_EQ(events.finish().exit_status, 0);
}

TEST_F(OperationsTest, ChangesALimit) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["resources"]["pids"]["limit"] = Json(uint64_t{50});
  start(bundle);
  const auto limit = [&] {
    const std::string text = call({"events", "--stats", last_id()}).out;
    std::smatch match;
    return std::regex_search(text, match,
                             std::regex("\"pids\":\\{\"current\":[0-9]+,\"limit\":([0-9]+)"))
               ? match[1].str()
               : text;
  };
  EXPECT_EQ(limit(), "50");
  Completed result = call({"update", "--pids-limit", "40", last_id()});
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(limit(), "40");
  result = call({"update", "--resources", "-", last_id()}, R"({"pids": {"limit": 30}})");
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(limit(), "30");
  // What runc takes and leaves without effect; units in its forms.
  result = call({"update", "--kernel-memory", "1g", "--kernel-memory-tcp=1g", last_id()});
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  for (const char* text : {"512m", "512M", "512mb", "512MiB", "536870912b"}) {
    result = call({"update", "--memory", text, last_id()});
    EXPECT_EQ(result.exit_status, 0) << result.describe();
    const std::string statistics = call({"events", "--stats", last_id()}).out;
    EXPECT_NE(statistics.find(R"("usage":{"limit":536870912,)"), std::string::npos) << statistics;
  }
  EXPECT_EQ(call({"update", "--memory", "512mm", last_id()}).exit_status, 1);
  EXPECT_EQ(call({"update", "--pids-limit", "many", last_id()}).exit_status, 1);
  // As in a configuration: what has no limit to take away is no smaller than zero.
  for (const auto& [option, text] :
       {std::pair{"--cpu-share", "-1"}, {"--cpu-period", "-1"}, {"--blkio-weight", "429550"}}) {
    result = call({"update", option, text, last_id()});
    EXPECT_EQ(result.exit_status, 1) << result.describe();
    EXPECT_EQ(result.err, std::string("nosc: is no limit: \"") + text + "\" (see nosc --help)\n");
  }
  EXPECT_EQ(limit(), "30");
  stop();
}

class LogTest : public RootContainerTest {
 protected:
  Completed call(std::vector<std::string> arguments) {
    return run(runtime_command(std::move(arguments)));
  }
};

TEST_F(LogTest, JsonIsOneObjectForAnError) {
  const fs::path folder = make_folder("log");
  const Completed result = call({"--log", folder / "log.json", "--log-format=json", "state", "no"});
  EXPECT_EQ(result.exit_status, 1) << result.describe();
  EXPECT_EQ(split_lines(result.err).size(), 1U) << result.err;
  EXPECT_TRUE(std::regex_match(
      read_file(folder / "log.json"),
      std::regex("\\{\"level\":\"error\",\"msg\":\"container \\\\\"no\\\\\" does not exist\","
                 "\"time\":\"[0-9-]+T[0-9:]+Z\"\\}\n")))
      << read_file(folder / "log.json");
}

TEST_F(LogTest, TextIsALineForAnError) {
  const fs::path folder = make_folder("log");
  call({"--log", folder / "log", "state", "no"});
  call({"--log", folder / "log", "frobnicate"});
  const auto lines = split_lines(read_file(folder / "log"));
  ASSERT_EQ(lines.size(), 2U);
  for (const std::string& line : lines) {
    EXPECT_TRUE(std::regex_match(line, std::regex("time=\"[0-9TZ:-]+\" level=error msg=\".*\"")))
        << line;
  }
}

TEST_F(LogTest, DebugSaysMoreInTheFileAlone) {
  const fs::path folder = make_folder("log");
  const Completed result = call({"--debug", "--log", folder / "log", "list"});
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.err, "");
  EXPECT_NE(read_file(folder / "log").find("level=debug msg=\"list\""), std::string::npos);
}

TEST_F(LogTest, WhatCannotBeWrittenIsAnError) {
  const Completed result = call({"--log", "/no/such/folder/log", "list"});
  EXPECT_EQ(result.exit_status, 1) << result.describe();
  EXPECT_NE(result.err.find("/no/such/folder/log"), std::string::npos) << result.err;
  EXPECT_EQ(call({"--log-format", "xml", "list"}).exit_status, 1);
}

TEST_F(LogTest, TheSystemdDriverIsNamedAsMissing) {
  const Completed result = call({"--systemd-cgroup", "create", "--bundle", "/x", "id"});
  EXPECT_EQ(result.exit_status, 1) << result.describe();
  EXPECT_NE(result.err.find("--cgroup-manager cgroupfs"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace nosc::testing
