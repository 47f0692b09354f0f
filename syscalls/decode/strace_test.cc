// SPDX-License-Identifier: Apache-2.0
//
// The decoder beside strace: both trace the same program, and tell the same calls in the same
// order, with the same numbers, arguments and results. What no two tellings share is left out: how
// structs are laid out, and addresses that the kernel chooses.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "syscalls/decode/traces.h"
#include "syscalls/sys/names.h"

namespace {

using traces::Call;
using traces::read_trace;
using Names = sys::NameTable<sys::AbiId::kX86_64>;

constexpr int kTracedStatus = 7;

// Runs a tracer on the program; its trace is at path. Tells the exit status.
int trace(const std::string& tracer, const std::string& path) {
  const std::string command = absl::StrCat(tracer, " -o ", path, " syscalls/decode/traced");
  const int status = system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void expect_same(const Call& ours, const Call& theirs) {
  SCOPED_TRACE(absl::StrCat(ours.line, "\n", theirs.line));
  EXPECT_EQ(ours.name, theirs.name);
  EXPECT_EQ(Names::number(sys::AbiId::kX86_64, ours.name.data(), ours.name.size()), theirs.number);
  ASSERT_EQ(ours.arguments.size(), theirs.arguments.size());
  // The environment differs from run to run, and is only counted by strace.
  if (ours.name == "execve") return;
  for (size_t i = 0; i < ours.arguments.size(); ++i) {
    EXPECT_PRED2(traces::is_same_argument, ours.arguments[i], theirs.arguments[i]);
  }
  EXPECT_PRED2(traces::has_same_result, ours, theirs);
}

TEST(Strace, TellsTheSameCalls) {
  if (system("command -v strace > /dev/null") != 0) GTEST_SKIP() << "strace is not installed";
  const std::string their_path = testing::TempDir() + "/strace";
  const std::string our_path = testing::TempDir() + "/trace";
  if (trace("strace -n -s 64", their_path) != kTracedStatus) {
    GTEST_SKIP() << "strace cannot trace here";
  }
  ASSERT_EQ(trace("syscalls/decode/trace", our_path), kTracedStatus);

  const std::vector<Call> our_calls = read_trace(our_path);
  const std::vector<Call> their_calls = read_trace(their_path);
  EXPECT_GT(our_calls.size(), 40u);
  ASSERT_EQ(our_calls.size(), their_calls.size());
  for (size_t i = 0; i < our_calls.size(); ++i) expect_same(our_calls[i], their_calls[i]);
}

}  // namespace
