// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/process.h"

namespace {

using nosc::testing::Completed;

// Runs a script in an empty folder of its own.
Completed run_script(const std::string& script) {
  const std::string program = std::filesystem::absolute("examples/shell/shell");
  std::string folder = testing::TempDir() + "/shell_XXXXXX";
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  nosc::testing::Command command;
  command.argv = {program};
  command.environment = {"HOME=/", "PATH=/nowhere:/usr/bin:/bin"};
  command.input = script;
  command.working_directory = folder;
  return nosc::testing::run(command);
}

TEST(Shell, RunsProgramsFromThePath) {
  EXPECT_EQ(run_script("echo one two\n/bin/echo three").out, "one two\nthree\n");
}

TEST(Shell, TakesQuotedWordsAsTheyAre) {
  EXPECT_EQ(run_script("echo 'a | b  > c'  \"d ' e\" f'g'h # not this\n").out,
            "a | b  > c d ' e fgh\n");
  EXPECT_EQ(run_script("printf '[%s]' a '' b\n").out, "[a][][b]");
}

TEST(Shell, ConnectsProgramsByPipes) {
  EXPECT_EQ(run_script("echo abc | tr a-c x-z|cat | rev\n").out, "zyx\n");
}

TEST(Shell, LeavesRestOfItsInputToItsPrograms) {
  EXPECT_EQ(run_script("cat\necho not run\n").out, "echo not run\n");
}

TEST(Shell, RedirectsToFiles) {
  EXPECT_EQ(run_script("echo one > f; echo two >>f\necho zero >g; cat < f | tr a-z A-Z > g\n"
                       "cat g\n")
                .out,
            "ONE\nTWO\n");
}

TEST(Shell, TellsStatus) {
  EXPECT_EQ(run_script("false; echo $?; true; echo $?\n").out, "1\n0\n");
  EXPECT_EQ(run_script("true | false; echo $?; false | true; echo $?\n").out, "1\n0\n");
  EXPECT_EQ(run_script("sh -c 'exit 42'; echo $?; sh -c 'kill -9 $$'; echo $?\n").out, "42\n137\n");
}

TEST(Shell, EndsWithTheLastStatus) {
  EXPECT_EQ(run_script("false\n").exit_status, 1);
  EXPECT_EQ(run_script("false; exit\necho not run\n").exit_status, 1);
  const Completed completed = run_script("exit 7\necho not run\n");
  EXPECT_EQ(completed.exit_status, 7);
  EXPECT_EQ(completed.out, "");
}

TEST(Shell, ChangesItsFolder) {
  EXPECT_EQ(run_script("cd /usr; pwd; cd; pwd\n").out, "/usr\n/\n");
  const Completed completed = run_script("cd /no/such; echo $?\n");
  EXPECT_EQ(completed.out, "1\n");
  EXPECT_EQ(completed.err, "/no/such: cannot be used\n");
}

TEST(Shell, SaysWhatCannotBeDone) {
  const Completed completed = run_script(
      "no_such_program; echo $?; cat < no_such_file; echo $?; | cat\necho a >\necho $?\n");
  EXPECT_EQ(completed.out, "127\n1\n2\n");
  EXPECT_EQ(completed.err,
            "no_such_program: cannot be used\nno_such_file: cannot be used\n"
            "this line: cannot be used\nthis line: cannot be used\n");
}

TEST(Shell, GoesOnAfterMistakes) {
  EXPECT_EQ(run_script("| cat; echo $?; echo a | | cat; echo $?\n").out, "2\n2\n");
}

TEST(Shell, SurvivesLinesThatAreTooLong) {
  const Completed completed = run_script("echo " + std::string(100000, 'x') + "\necho after\n");
  EXPECT_EQ(completed.out.substr(completed.out.size() - 6), "after\n");
  std::string many = "echo";
  for (int i = 0; i < 1000; ++i) many += " w";
  EXPECT_EQ(run_script(many + "\necho $?\n").out, "2\n");
}

}  // namespace
