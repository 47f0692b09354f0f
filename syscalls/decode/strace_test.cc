// SPDX-License-Identifier: Apache-2.0
//
// The decoder beside strace: both trace the same program, and tell the same calls in the same
// order, with the same numbers, arguments and results. What no two tellings share is left out: how
// structs are laid out, and addresses that the kernel chooses.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "syscalls/sys/names.h"

namespace {

using Names = sys::NameTable<sys::AbiId::kX86_64>;

constexpr int kTracedStatus = 7;

// One line of a trace.
struct Call {
  std::string line;
  int number = -1;  // where the tracer tells it
  std::string name;
  std::vector<std::string> arguments;
  std::string result;
};

// Splits at commas that are outside of brackets and quotes.
std::vector<std::string> split_arguments(std::string_view text) {
  std::vector<std::string> arguments;
  std::string one;
  int depth = 0;
  bool is_quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_quoted && c == '\\') one += text[i++];
    if (c == '"') is_quoted = !is_quoted;
    if (!is_quoted)
      depth += (c == '{' || c == '[' || c == '(') - (c == '}' || c == ']' || c == ')');
    if (c == ',' && depth == 0 && !is_quoted) {
      arguments.push_back(std::exchange(one, ""));
      continue;
    }
    one += text[i];
  }
  if (!one.empty() || !arguments.empty()) arguments.push_back(one);
  for (std::string& argument : arguments) argument = absl::StripAsciiWhitespace(argument);
  return arguments;
}

// "[ 257] openat(AT_FDCWD, ...) = 3", without the number where the tracer tells none.
Call parse(std::string_view line) {
  Call call;
  call.line = line;
  if (absl::ConsumePrefix(&line, "[")) {
    const size_t end = line.find(']');
    (void)absl::SimpleAtoi(line.substr(0, end), &call.number);
    line = absl::StripLeadingAsciiWhitespace(line.substr(end + 1));
  }
  const size_t open = line.find('(');
  // A result may hold brackets too: "-1 ENOENT (No such file or directory)".
  const size_t equals = line.rfind(" = ");
  if (open == std::string_view::npos || equals == std::string_view::npos) return call;
  const size_t close = line.rfind(')', equals);
  call.name = line.substr(0, open);
  call.arguments = split_arguments(line.substr(open + 1, close - open - 1));
  call.result = line.substr(equals + 3);
  return call;
}

std::vector<Call> read_trace(const std::string& path) {
  std::vector<Call> calls;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const Call call = parse(line);
    // What comes before is the tracer's, and "+++ exited with 7 +++" is no call.
    if (call.name == "execve") calls.clear();
    if (!call.name.empty()) calls.push_back(call);
  }
  return calls;
}

// Runs a tracer on the program; its trace is at path. Tells the exit status.
int trace(const std::string& tracer, const std::string& path) {
  const std::string command = absl::StrCat(tracer, " -o ", path, " syscalls/decode/traced");
  const int status = system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool is_struct(std::string_view text) {
  return absl::StartsWith(text, "{") || absl::StartsWith(text, "[{");
}

bool is_address(std::string_view text) { return absl::StartsWith(text, "0x"); }

// One of the two tells a struct where the other one tells its address, or both tell it their way.
bool is_incomparable(const std::string& a, const std::string& b) {
  return (is_struct(a) || is_address(a)) && (is_struct(b) || is_address(b));
}

// The names of a set, in their own order; strace also tells one that is no bit.
std::set<std::string> parts_of(const std::string& text) {
  std::set<std::string> parts = absl::StrSplit(text, '|');
  parts.erase("AT_STATX_SYNC_AS_STAT");
  return parts;
}

// What a call returns in words of strace's own, or differs from run to run.
bool has_own_result(const Call& theirs) {
  return is_address(theirs.result) || theirs.name == "getpid" || theirs.name == "umask";
}

void expect_same(const Call& ours, const Call& theirs) {
  SCOPED_TRACE(absl::StrCat(ours.line, "\n", theirs.line));
  EXPECT_EQ(ours.name, theirs.name);
  EXPECT_EQ(Names::number(sys::AbiId::kX86_64, ours.name.data(), ours.name.size()), theirs.number);
  ASSERT_EQ(ours.arguments.size(), theirs.arguments.size());
  // The environment differs from run to run, and is only counted by strace.
  if (ours.name == "execve") return;
  for (size_t i = 0; i < ours.arguments.size(); ++i) {
    if (is_incomparable(ours.arguments[i], theirs.arguments[i])) continue;
    EXPECT_EQ(parts_of(ours.arguments[i]), parts_of(theirs.arguments[i]));
  }
  if (!has_own_result(theirs)) EXPECT_EQ(ours.result, theirs.result);
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
