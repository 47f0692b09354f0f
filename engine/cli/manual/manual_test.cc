// SPDX-License-Identifier: Apache-2.0
//
// The files as those read them that they are for, where these are installed.

#include <gtest/gtest.h>
#include <stdio.h>

#include <array>
#include <fstream>
#include <iterator>
#include <string>

namespace {

constexpr char kFolder[] = "engine/cli/manual/";

std::string read(const std::string& name) {
  std::ifstream file(kFolder + name);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// What a command of the shell writes.
std::string output_of(const std::string& command) {
  FILE* const pipe = popen(command.c_str(), "r");
  std::string output;
  std::array<char, 4096> part;
  while (const size_t count = fread(part.data(), 1, part.size(), pipe)) {
    output.append(part.data(), count);
  }
  return pclose(pipe) == 0 ? output : "failed: " + output;
}

// What bash proposes for the last of the words.
std::string completed(const std::string& words, int count) {
  return output_of("bash -c '. " + std::string(kFolder) + "nosc.bash; COMP_WORDS=(" + words +
                   "); COMP_CWORD=" + std::to_string(count - 1) +
                   "; _nosc; echo \"${COMPREPLY[@]}\"'");
}

TEST(Manual, PageNamesEveryCommandAndItsOptions) {
  const std::string page = read("nosc.1");
  for (const char* words :
       {".SS run\n", ".SS exec\n", ".SS update\n", "\\fB\\-\\-console\\-socket\\fR",
        "\\fB\\-\\-log\\-format\\fR \\fItext|json\\fR", "[\\fISIGNAL\\fR]", "255 for exec"}) {
    EXPECT_NE(page.find(words), std::string::npos) << words;
  }
}

TEST(Manual, PageIsWithoutFault) {
  if (output_of("command -v groff || true").empty()) GTEST_SKIP() << "no groff here";
  EXPECT_EQ(output_of("groff -man -ww -z -Tascii engine/cli/manual/nosc.1 2>&1"), "");
}

TEST(Completion, BashProposesCommands) { EXPECT_EQ(completed("nosc st", 2), "start state\n"); }

TEST(Completion, BashProposesOptionsOfTheCommand) {
  EXPECT_EQ(completed("nosc exec --ca", 3), "--cap\n");
  EXPECT_EQ(completed("nosc --root x list --q", 5), "--quiet\n");
  EXPECT_EQ(completed("nosc create --ca", 3), "\n");
}

TEST(Completion, BashProposesGlobalOptionsBeforeTheCommand) {
  EXPECT_EQ(completed("nosc --log", 2), "--log --log-format\n");
}

TEST(Completion, EveryShellKnowsTheSameOptions) {
  for (const char* name : {"_nosc", "nosc.fish"}) {
    const std::string text = read(name);
    EXPECT_NE(text.find("preserve-fds"), std::string::npos) << name;
    EXPECT_NE(text.find("console-socket"), std::string::npos) << name;
  }
}

TEST(Completion, ZshAndFishReadTheirs) {
  if (output_of("command -v zsh fish || true").empty()) GTEST_SKIP() << "neither zsh nor fish here";
  EXPECT_EQ(
      output_of("if command -v zsh > /dev/null; then zsh -n engine/cli/manual/_nosc 2>&1; fi"), "");
  EXPECT_EQ(
      output_of(
          "if command -v fish > /dev/null; then fish -n engine/cli/manual/nosc.fish 2>&1; fi"),
      "");
}

}  // namespace
