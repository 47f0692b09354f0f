// SPDX-License-Identifier: Apache-2.0
//
// The last step as the container's process takes it, in a process of its own without a container.

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "engine/process/process.h"
#include "engine/process/stub/image.h"
#include "engine/rt/testing.h"
#include "syscalls/sys.h"

namespace nosc::process {
namespace {

// What came of an execution: the record of its failure, its output, and its exit status.
struct Outcome {
  Failure failure;
  std::string output;
  int status = -1;
};

std::string read_all(sys::BorrowedFd fd) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const auto count = sys::read(fd, buffer);
    if (!count || *count == 0) return text;
    text.append(buffer, *count);
  }
}

class ExecTest : public testing::Test {
 protected:
  Outcome run(std::vector<std::string_view> args, std::vector<std::string_view> env = {}) {
    spec::Process process;
    process.args = args;
    process.env = env;
    process.cwd = "/usr";
    const auto plan = outcome_of(
        [&] { return plan_process(process, {.setgroups = namespaces::Setgroups::kDeny}, arena_); });
    EXPECT_TRUE(plan.ok());
    auto stub = outcome_of([&] { return open_stub(); });
    EXPECT_TRUE(stub.ok());
    sys::FdPair failure;
    sys::FdPair output;
    EXPECT_TRUE(sys::pipe2(failure, sys::kO_CLOEXEC).ok());
    EXPECT_TRUE(sys::pipe2(output, sys::kO_CLOEXEC).ok());

    const auto child = sys::portable::clone_process({}, sys::kSIGCHLD);
    EXPECT_TRUE(child.ok());
    if (*child == sys::Pid{0}) {
      (void)sys::dup3(output.second, 1);
      (void)sys::dup3(output.second, 2);
      (void)sys::chdir("/usr");
      const Failure result = failure_of([&] {
        apply_exec(plan->exec, {.stub = *stub,
                                .failure = failure.second,
                                .descriptor_directory = sys::BorrowedFd::from_raw(-1)});
      });
      (void)sys::write(failure.second, sys::Bytes(&result, sizeof result));
      sys::exit_group(99);
    }
    failure.second.reset();
    output.second.reset();

    Outcome outcome;
    outcome.output = read_all(output.first);
    const std::string record = read_all(failure.first);
    EXPECT_TRUE(record.empty() || record.size() == sizeof outcome.failure);
    if (!record.empty()) std::memcpy(&outcome.failure, record.data(), sizeof outcome.failure);
    sys::Siginfo info{};
    EXPECT_TRUE(sys::waitid(sys::kP_PID, sys::to_raw(*child), &info, sys::kWEXITED).ok());
    outcome.status = info.status;
    return outcome;
  }

  static void expect_failure(const Outcome& outcome, sys::Errno error) {
    EXPECT_EQ(outcome.failure.step, Step::kExec);
    EXPECT_EQ(outcome.failure.error, error.value());
  }

  Arena arena_;
};

TEST_F(ExecTest, RunsAProgramWithItsArguments) {
  const Outcome outcome = run({"/bin/sh", "-c", "echo $0 $1 $X; pwd; exit 7", "a", "b"}, {"X=y"});
  EXPECT_FALSE(outcome.failure.failed());
  EXPECT_EQ(outcome.output, "a b y\n/usr\n");
  EXPECT_EQ(outcome.status, 7);
}

TEST_F(ExecTest, LooksThroughPath) {
  const Outcome outcome = run({"sh", "-c", "echo $0"}, {"PATH=/nowhere:/etc/passwd:/bin"});
  EXPECT_FALSE(outcome.failure.failed());
  EXPECT_EQ(outcome.output, "sh\n");
}

TEST_F(ExecTest, ReportsWhatDoesNotExist) {
  expect_failure(run({"/nowhere/program"}), sys::kENOENT);
  expect_failure(run({"no-such-program"}, {"PATH=/bin:/etc/passwd"}), sys::kENOENT);
}

TEST_F(ExecTest, ReportsWhatCannotBeExecuted) {
  expect_failure(run({"/etc/passwd"}), sys::kEACCES);
  expect_failure(run({"/bin"}), sys::kEACCES);
  // A refusal counts for more than an absence, wherever it comes in the search.
  expect_failure(run({"passwd"}, {"PATH=/etc:/nowhere"}), sys::kEACCES);
}

TEST_F(ExecTest, TheRuntimesFileIsNotSeen) {
  const Outcome outcome = run({"/proc/self/exe", "--gtest_list_tests"});
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(outcome.status, 1);  // the stub, run without a control word
}

TEST_F(ExecTest, NothingIsLeftOpen) {
  ASSERT_TRUE(outcome_of([&] { return close_descriptors_on_exec(); }).ok());
  const Outcome outcome = run({"/bin/sh", "-c", "echo /proc/self/fd/*"});
  // The shell's own list is the fourth.
  EXPECT_EQ(outcome.output, "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n");
}

TEST(Stub, CannotBeChanged) {
  const auto stub = outcome_of([&] { return open_stub(); });
  ASSERT_TRUE(stub.ok());
  EXPECT_FALSE(sys::write(*stub, sys::text("x")).ok());
  EXPECT_FALSE(sys::portable::ftruncate(*stub, 0).ok());
}

TEST(Stub, IsSmall) { EXPECT_LE(kStubImage.size(), 2048u); }

}  // namespace
}  // namespace nosc::process
