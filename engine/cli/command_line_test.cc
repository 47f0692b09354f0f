// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/command_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "engine/rt/testing.h"

namespace nosc::cli {
namespace {

// A command line and what became of it.
struct Parsed {
  explicit Parsed(std::vector<std::string> strings) : words(std::move(strings)) {
    for (std::string& word : words) argv.push_back(word.data());
    result.emplace(outcome_of([&] {
      CommandLine line;
      parse_command_line(argv, line, arena);
      return line;
    }));
  }

  bool ok() const { return result->ok(); }
  const CommandLine& line() const { return **result; }

  // The complaint, or nothing.
  std::string message() const {
    BufferWriter<256> writer;
    if (!ok()) write_error(writer, result->error());
    return std::string(writer.view());
  }

  std::vector<std::string> words;
  std::vector<char*> argv;
  Arena arena;
  std::optional<Outcome<CommandLine>> result;
};

TEST(CommandLine, NothingMeansRun) {
  const Parsed parsed({});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.line().command, CommandId::kRun);
  EXPECT_FALSE(parsed.line().named);
  EXPECT_EQ(parsed.line().argument, nullptr);
  EXPECT_TRUE(parsed.line().program.empty());
  for (const char* option : parsed.line().options) EXPECT_EQ(option, nullptr);
}

TEST(CommandLine, EveryCommand) {
  const struct {
    const char* name;
    CommandId id;
  } commands[] = {{"run", CommandId::kRun},
                  {"spec", CommandId::kSpec},
                  {"plan", CommandId::kPlan},
                  {"report", CommandId::kReport},
                  {"help", CommandId::kHelp}};
  for (const auto& command : commands) {
    const Parsed parsed({command.name});
    ASSERT_TRUE(parsed.ok()) << command.name;
    EXPECT_EQ(parsed.line().command, command.id);
    EXPECT_TRUE(parsed.line().named);
  }
}

TEST(CommandLine, WhatFollowsTheIdOfPsIsForTheHostsPs) {
  const Parsed parsed({"ps", "--format", "table", "id", "-e", "--format", "pid"});
  ASSERT_TRUE(parsed.ok()) << parsed.message();
  EXPECT_STREQ(parsed.line().argument, "id");
  EXPECT_STREQ(parsed.line().option(Option::kFormat), "table");
  ASSERT_EQ(parsed.line().program.size(), 3U);
  EXPECT_STREQ(parsed.line().program[0], "-e");
}

TEST(CommandLine, ValuesStandBehindOrNext) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"run", "--bundle", "/b", "id"},
        {"run", "--bundle=/b", "id"},
        {"run", "-b", "/b", "id"},
        {"run", "-b=/b", "id"},
        {"run", "-bundle", "/b", "id"},
        {"run", "id", "--bundle=/b"},
        {"run", "--bundle=/a", "--bundle=/b", "id"}}) {
    const Parsed parsed(words);
    ASSERT_TRUE(parsed.ok()) << parsed.message();
    EXPECT_STREQ(parsed.line().option(Option::kBundle), "/b");
    EXPECT_STREQ(parsed.line().argument, "id");
  }
}

TEST(CommandLine, AValueMayLookLikeAnOption) {
  const Parsed parsed({"run", "--bundle", "--verbose", "--root=--", "id"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_STREQ(parsed.line().option(Option::kBundle), "--verbose");
  EXPECT_STREQ(parsed.line().option(Option::kRoot), "--");
  EXPECT_FALSE(parsed.line().has(Option::kVerbose));
}

TEST(CommandLine, Switches) {
  EXPECT_TRUE(Parsed({"--version"}).line().has(Option::kVersion));
  EXPECT_TRUE(Parsed({"-v"}).line().has(Option::kVersion));
  EXPECT_TRUE(Parsed({"-h"}).line().has(Option::kHelp));
  EXPECT_TRUE(Parsed({"spec", "--help"}).line().has(Option::kHelp));
  EXPECT_TRUE(Parsed({"spec", "--rootless"}).line().has(Option::kRootless));
  EXPECT_TRUE(Parsed({"--verbose"}).line().has(Option::kVerbose));
  EXPECT_TRUE(Parsed({"--root=/r", "run", "--verbose", "id"}).line().has(Option::kVerbose));
}

TEST(CommandLine, TheCommandOfTheContainerStandsBehindTwoDashes) {
  const Parsed parsed({"run", "id", "--", "ls", "--", "--version"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_STREQ(parsed.line().argument, "id");
  ASSERT_EQ(parsed.line().program.size(), 3u);
  EXPECT_STREQ(parsed.line().program[0], "ls");
  EXPECT_STREQ(parsed.line().program[1], "--");
  EXPECT_FALSE(parsed.line().has(Option::kVersion));

  const Parsed alone({"--", "ls"});
  ASSERT_TRUE(alone.ok());
  EXPECT_EQ(alone.line().command, CommandId::kRun);
  EXPECT_STREQ(alone.line().program[0], "ls");
}

TEST(CommandLine, ASingleDashIsAWord) {
  const Parsed parsed({"run", "-"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_STREQ(parsed.line().argument, "-");
}

// The command lines of container engines, as their sources write them.
TEST(CommandLine, Containerd) {
  const Parsed create({"--root", "/run/containerd/runc/k8s.io", "--log", "/b/log.json",
                       "--log-format", "json", "--rootless=false", "create", "--bundle", "/b",
                       "--pid-file", "/b/init.pid", "--console-socket", "/tmp/p", "--no-pivot",
                       "--no-new-keyring", "--preserve-fds", "2", "id"});
  ASSERT_TRUE(create.ok()) << create.message();
  EXPECT_EQ(create.line().command, CommandId::kCreate);
  EXPECT_STREQ(create.line().option(Option::kLogFormat), "json");
  EXPECT_STREQ(create.line().option(Option::kRootlessCaller), "false");
  EXPECT_STREQ(create.line().option(Option::kPreserveFds), "2");
  EXPECT_TRUE(create.line().has(Option::kNoPivot));
  EXPECT_STREQ(create.line().argument, "id");

  const Parsed kill({"kill", "--all", "id", "9"});
  ASSERT_TRUE(kill.ok()) << kill.message();
  EXPECT_TRUE(kill.line().has(Option::kAll));
  EXPECT_STREQ(kill.line().operand, "9");

  const Parsed exec({"exec", "--process", "/tmp/p.json", "--detach", "--pid-file", "/x", "id"});
  ASSERT_TRUE(exec.ok()) << exec.message();
  EXPECT_STREQ(exec.line().option(Option::kProcess), "/tmp/p.json");
  EXPECT_TRUE(exec.line().program.empty());

  const Parsed update({"update", "--resources", "-", "id"});
  ASSERT_TRUE(update.ok()) << update.message();
  EXPECT_STREQ(update.line().option(Option::kResources), "-");
  EXPECT_STREQ(Parsed({"ps", "--format", "json", "id"}).line().option(Option::kFormat), "json");
  EXPECT_STREQ(Parsed({"list", "--format=json"}).line().option(Option::kFormat), "json");
  EXPECT_STREQ(Parsed({"events", "--interval=5s", "id"}).line().option(Option::kInterval), "5s");
  EXPECT_TRUE(Parsed({"delete", "--force", "id"}).line().has(Option::kForce));
}

TEST(CommandLine, WhatIsNotThereYetIsNotRead) {
  const Parsed restore({"restore", "--detach", "-no-subreaper", "--bundle", "/b", "id", "--", "x"});
  ASSERT_TRUE(restore.ok()) << restore.message();
  EXPECT_EQ(restore.line().command, CommandId::kRestore);
}

TEST(CommandLine, ExecsCommandBeginsBehindTheId) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"exec", "-t", "--user=1:2", "id", "ls", "-l", "--", "--tty"},
        {"exec", "-t", "-u", "1:2", "id", "--", "ls", "-l", "--", "--tty"},
        {"exec", "-t", "-u", "1:2", "--", "id", "ls", "-l", "--", "--tty"}}) {
    const Parsed parsed(words);
    ASSERT_TRUE(parsed.ok()) << parsed.message();
    EXPECT_TRUE(parsed.line().has(Option::kTty));
    EXPECT_STREQ(parsed.line().option(Option::kUser), "1:2");
    ASSERT_EQ(parsed.line().program.size(), 4u);
    EXPECT_STREQ(parsed.line().program[0], "ls");
    EXPECT_STREQ(parsed.line().program[3], "--tty");
  }
}

TEST(CommandLine, OptionsEndAtTwoDashes) {
  const Parsed parsed({"kill", "--all", "--", "-id", "9"});
  ASSERT_TRUE(parsed.ok()) << parsed.message();
  EXPECT_STREQ(parsed.line().argument, "-id");
  EXPECT_STREQ(parsed.line().operand, "9");
}

TEST(CommandLine, SomeOptionsCountEveryTime) {
  const Parsed parsed({"exec", "-e", "A=1", "--env=B=2", "--cap", "CAP_KILL", "-env", "C", "id"});
  ASSERT_TRUE(parsed.ok()) << parsed.message();
  const auto repeated = parsed.line().repeated;
  ASSERT_EQ(repeated.size(), 4u);
  EXPECT_STREQ(repeated[0].value, "A=1");
  EXPECT_STREQ(repeated[1].value, "B=2");
  EXPECT_EQ(repeated[2].option, Option::kCap);
  EXPECT_STREQ(repeated[3].value, "C");
}

TEST(CommandLine, SwitchesMayBeTurnedOff) {
  EXPECT_FALSE(Parsed({"kill", "--all=false", "id"}).line().has(Option::kAll));
  EXPECT_TRUE(Parsed({"kill", "--all=true", "id"}).line().has(Option::kAll));
  EXPECT_FALSE(Parsed({"kill", "-a", "id", "-a=0"}).line().has(Option::kAll));
  EXPECT_TRUE(Parsed({"run", "-no-subreaper", "id"}).line().has(Option::kNoSubreaper));
}

struct BadLine {
  std::vector<std::string> words;
  const char* message;
};

TEST(CommandLine, NamesTheWordThatIsWrong) {
  const BadLine lines[] = {
      {{"walk"}, "unknown command \"walk\""},
      {{"Run"}, "unknown command \"Run\""},
      {{"runs"}, "unknown command \"runs\""},
      {{""}, "unknown command"},
      {{"-"}, "unknown command \"-\""},
      {{"--walk"}, "unknown option \"--walk\""},
      {{"--"}, "a command must follow \"--\""},
      {{"run", "id", "--"}, "a command must follow \"--\""},
      {{"run", "a", "b"}, "unexpected argument \"b\""},
      {{"run", "a", ""}, "unexpected argument"},
      {{"spec", "a"}, "unexpected argument \"a\""},
      {{"report", "a"}, "unexpected argument \"a\""},
      {{"help", "run"}, "unexpected argument \"run\""},
      {{"spec", "--", "ls"}, "unexpected argument \"ls\""},
      {{"run", "--bundle"}, "option needs a value \"--bundle\""},
      {{"run", "--bundle="}, "option needs a value \"--bundle=\""},
      {{"run", "--bundle", ""}, "option needs a value \"--bundle\""},
      {{"run", "-b"}, "option needs a value \"-b\""},
      {{"--root"}, "option needs a value \"--root\""},
      {{"--verbose=yes"}, "option is either true or false \"--verbose=yes\""},
      {{"--version="}, "option is either true or false \"--version=\""},
      {{"spec", "--rootless=maybe"}, "option is either true or false \"--rootless=maybe\""},
      // Known, but not here.
      {{"--bundle=/b"}, "unknown option \"--bundle=/b\""},
      {{"--bundle=/b", "run", "id"}, "unknown option \"--bundle=/b\""},
      {{"--rootless"}, "option needs a value \"--rootless\""},
      {{"state", "--pid-file", "x", "id"}, "unknown option \"--pid-file\""},
      {{"run", "--log", "x", "id"}, "unknown option \"--log\""},
      {{"start"}, "start: needs a container ID"},
      {{"exec", "--tty"}, "exec: needs a container ID"},
      {{"kill", "id", "9", "9"}, "unexpected argument \"9\""},
      {{"state", "id", "extra"}, "unexpected argument \"extra\""},
      {{"state", "id", "--", "ls"}, "unexpected argument \"ls\""},
      {{"exec", "id", "--"}, "a command must follow \"--\""},
      {{"run", "--rootless"}, "unknown option \"--rootless\""},
      {{"plan", "--rootless"}, "unknown option \"--rootless\""},
      {{"report", "--bundle=/b"}, "unknown option \"--bundle=/b\""},
      {{"help", "-b", "/b"}, "unknown option \"-b\""},
      // Nearly known.
      {{"run", "-bDIR"}, "unknown option \"-bDIR\""},
      {{"run", "--b", "/b"}, "unknown option \"--b\""},
      {{"run", "---bundle", "/b"}, "unknown option \"---bundle\""},
      {{"--verbos"}, "unknown option \"--verbos\""},
      {{"--verbosely"}, "unknown option \"--verbosely\""},
      {{"-="}, "unknown option \"-=\""},
      {{"--="}, "unknown option \"--=\""},
      {{"-x"}, "unknown option \"-x\""},
      {{"-vh"}, "unknown option \"-vh\""},
      {{"-\n"}, "unknown option \"-\\u000a\""},
  };
  for (const BadLine& line : lines) {
    const Parsed parsed(line.words);
    ASSERT_FALSE(parsed.ok()) << line.message;
    EXPECT_EQ(parsed.result->error().code, ErrorCode::kUsage);
    EXPECT_EQ(parsed.message(), line.message);
  }
}

TEST(Help, NamesEveryCommand) {
  BufferWriter<4096> writer;
  write_help(writer);
  for (const char* name : {"run ", "spec ", "plan ", "report ", "help ", "--verbose", "--root "}) {
    EXPECT_NE(writer.view().find(name), std::string_view::npos) << name;
  }
  EXPECT_FALSE(writer.truncated());
}

TEST(Help, OfACommandShowsItsOptionsOnly) {
  BufferWriter<4096> spec;
  write_command_help(CommandId::kSpec, spec);
  EXPECT_TRUE(spec.view().starts_with("Usage: nosc spec "));
  EXPECT_NE(spec.view().find("--rootless"), std::string_view::npos);
  BufferWriter<4096> run;
  write_command_help(CommandId::kRun, run);
  EXPECT_NE(run.view().find("-b, --bundle DIR"), std::string_view::npos);
  EXPECT_EQ(run.view().find("--rootless"), std::string_view::npos);
}

TEST(Help, FitsATerminal) {
  BufferWriter<16384> writer;
  write_help(writer);
  for (size_t i = 0; i < kCommandCount; ++i) {
    write_command_help(static_cast<CommandId>(i), writer);
  }
  std::string_view text = writer.view();
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    EXPECT_LE(line.size(), 100u) << line;
    text.remove_prefix(line.size() + 1);
  }
}

TEST(Version, HasThreeLines) {
  BufferWriter<256> writer;
  write_version(writer);
  const std::string_view text = writer.view();
  EXPECT_TRUE(text.starts_with("nosc version "));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_NE(text.find("\nspec: 1.3.0\n"), std::string_view::npos);
}

}  // namespace
}  // namespace nosc::cli
