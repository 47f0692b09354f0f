// SPDX-License-Identifier: Apache-2.0
#include "syscalls/decode/traces.h"

#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace traces {

namespace {

constexpr std::string_view kUnfinished = " <unfinished ...>";
constexpr std::string_view kResumed = " resumed>";

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

// "257 [ 61] ": the process and the number, where the tracer tells them.
std::string_view take_head(std::string_view line, Call& call) {
  const size_t digits = line.find_first_not_of("0123456789");
  if (digits != 0 && digits != std::string_view::npos && line[digits] == ' ') {
    (void)absl::SimpleAtoi(line.substr(0, digits), &call.process);
    line = absl::StripLeadingAsciiWhitespace(line.substr(digits));
  }
  if (absl::ConsumePrefix(&line, "[")) {
    const size_t end = line.find(']');
    (void)absl::SimpleAtoi(line.substr(0, end), &call.number);
    line = absl::StripLeadingAsciiWhitespace(line.substr(end + 1));
  }
  return line;
}

// "openat(AT_FDCWD, ...) = 3"
Call parse(std::string_view text, Call call) {
  call.line = text;
  const size_t open = text.find('(');
  // A result may hold brackets too: "-1 ENOENT (No such file or directory)".
  const size_t equals = text.rfind(" = ");
  if (open == std::string_view::npos || equals == std::string_view::npos) return call;
  const size_t close = text.rfind(')', equals);
  call.name = text.substr(0, open);
  call.arguments = split_arguments(text.substr(open + 1, close - open - 1));
  call.result = text.substr(equals + 3);
  return call;
}

bool is_struct(std::string_view text) {
  return absl::StartsWith(text, "{") || absl::StartsWith(text, "[{");
}

bool is_address(std::string_view text) { return absl::StartsWith(text, "0x"); }

// The names of a set, in their own order; strace also tells one that is no bit.
std::set<std::string> parts_of(std::string_view text) {
  std::set<std::string> parts = absl::StrSplit(text, '|');
  parts.erase("AT_STATX_SYNC_AS_STAT");
  return parts;
}

}  // namespace

std::vector<Call> read_trace(const std::string& path) {
  std::vector<Call> calls;
  std::map<int, std::string> begun;
  bool has_begun = false;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    Call head;
    std::string_view rest = take_head(line, head);
    if (absl::ConsumeSuffix(&rest, kUnfinished)) {
      begun[head.process] = rest;
      continue;
    }
    const size_t resumed = rest.find(kResumed);
    const bool is_rest = absl::StartsWith(rest, "<... ") && resumed != std::string_view::npos;
    const std::string whole =
        is_rest ? absl::StrCat(begun[head.process], rest.substr(resumed + kResumed.size()))
                : std::string(rest);
    const Call call = parse(whole, head);
    // What comes before is the tracer's, and "+++ exited with 7 +++" is no call.
    has_begun = has_begun || call.name == "execve";
    if (has_begun && !call.name.empty()) calls.push_back(call);
  }
  return calls;
}

std::vector<std::vector<Call>> by_process(const std::vector<Call>& calls) {
  std::vector<std::vector<Call>> processes;
  std::map<int, size_t> places;
  for (const Call& call : calls) {
    const auto [place, is_new] = places.try_emplace(call.process, processes.size());
    if (is_new) processes.emplace_back();
    processes[place->second].push_back(call);
  }
  return processes;
}

bool is_same_argument(std::string_view ours, std::string_view theirs) {
  // One of the two tells a struct where the other one tells its address, or both tell it their way.
  if ((is_struct(ours) || is_address(ours)) && (is_struct(theirs) || is_address(theirs))) {
    return true;
  }
  return parts_of(ours) == parts_of(theirs);
}

bool has_same_result(const Call& ours, const Call& theirs) {
  const bool is_own =
      is_address(theirs.result) || theirs.name == "getpid" || theirs.name == "umask";
  // strace explains some values, "17 (SIGCHLD)", as both explain errors.
  const std::string value = theirs.result.substr(0, theirs.result.find(" ("));
  return is_own || ours.result == theirs.result || ours.result == value;
}

}  // namespace traces
