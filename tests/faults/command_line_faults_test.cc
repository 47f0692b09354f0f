// SPDX-License-Identifier: Apache-2.0
// Command lines that are wrong.

#include <fcntl.h>
#include <unistd.h>

#include "tests/faults/fault_test.h"

namespace nosc::testing {
namespace {

class CommandLineFaultsTest : public FaultTest {
 protected:
  void SetUp() override {
    NOSC_ONLY();
    FaultTest::SetUp();
  }
};

TEST_F(CommandLineFaultsTest, UnknownWords) {
  expect_one_line(run(runtime_command({"dance"})), 1, {"dance"});
  expect_one_line(run(runtime_command({"--dance"})), 1, {"--dance"});
  expect_one_line(run(runtime_command({"-x"})), 1, {"-x"});
  expect_one_line(run(runtime_command({"run", "--dance"})), 1, {"--dance"});
  expect_one_line(run(runtime_command({"run", "--bundle"})), 1, {"--bundle"});
  expect_one_line(run(runtime_command({"run", "one", "two"})), 1, {"two"});
  expect_one_line(run(runtime_command({"run", ""})), 1, {});
  expect_one_line(run(runtime_command({"spec", "extra"})), 1, {"extra"});
  expect_one_line(run(runtime_command({"plan", "--rootless"})), 1, {"--rootless"});
}

TEST_F(CommandLineFaultsTest, ControlCharactersDoNotReachTheTerminal) {
  const Completed result = run(runtime_command({"da\x1b[31mnce\n"}));
  expect_one_line(result, 1, {"31mnce"});
  EXPECT_EQ(result.err.find('\x1b'), std::string::npos);
}

TEST_F(CommandLineFaultsTest, IdsThatAreNoNames) {
  Bundle& bundle = make_bundle();
  bundle.write();
  for (const std::string& id :
       {std::string("a/b"), std::string("/"), std::string("."), std::string(".."),
        std::string("../x"), std::string("a b"), std::string("a\nb"), std::string("\xc3\xa9"),
        std::string(2000, 'a')}) {
    SCOPED_TRACE(id.substr(0, 20));
    expect_one_line(run(runtime_command({"run", "--bundle", bundle.directory(), id})), 1, {});
  }
}

TEST_F(CommandLineFaultsTest, OutputThatCannotBeWritten) {
  Command command = runtime_command({"--help"});
  command.before_exec = [] {
    const int full = open("/dev/full", O_WRONLY);
    dup2(full, 1);
  };
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 1) << result.describe();
  EXPECT_NE(result.err.find("ENOSPC"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace nosc::testing
