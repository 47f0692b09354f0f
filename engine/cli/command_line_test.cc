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
    result.emplace(outcome_of([&] { return parse_command_line(argv); }));
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
      {{"spec", "--", "ls"}, "unexpected argument \"--\""},
      {{"run", "--bundle"}, "option needs a value \"--bundle\""},
      {{"run", "--bundle="}, "option needs a value \"--bundle=\""},
      {{"run", "--bundle", ""}, "option needs a value \"--bundle\""},
      {{"run", "-b"}, "option needs a value \"-b\""},
      {{"--root"}, "option needs a value \"--root\""},
      {{"--verbose=yes"}, "option takes no value \"--verbose=yes\""},
      {{"--version="}, "option takes no value \"--version=\""},
      {{"spec", "--rootless=1"}, "option takes no value \"--rootless=1\""},
      // Known, but not here.
      {{"--bundle=/b"}, "unknown option \"--bundle=/b\""},
      {{"--bundle=/b", "run", "id"}, "unknown option \"--bundle=/b\""},
      {{"--rootless"}, "unknown option \"--rootless\""},
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
  for (int i = 0; i <= static_cast<int>(CommandId::kHelp); ++i) {
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
