// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/calls.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace syscalls_gen {

namespace {

absl::Status parse_arguments(const Row& row, const std::string& text, Call& call) {
  for (const std::string& word : split_words(text)) {
    Argument argument;
    const std::pair<std::string, std::string> parts = absl::StrSplit(word, absl::MaxSplits(':', 1));
    const size_t equals = parts.second.find('=');
    argument.name = parts.first;
    argument.type = parts.second.substr(0, equals);
    if (equals != std::string::npos) argument.fallback = parts.second.substr(equals + 1);
    if (argument.name.empty() || argument.type.empty()) {
      return complain(row.location, "\"", word, "\" is not name:type");
    }
    call.arguments.push_back(argument);
  }
  return absl::OkStatus();
}

absl::Status parse_attributes(const Row& row, const std::string& text, Call& call) {
  for (const std::string& word : split_words(text)) {
    std::string_view value = word;
    if (absl::ConsumePrefix(&value, "abi=")) {
      call.abis = std::string(value);
    } else if (absl::ConsumePrefix(&value, "by_pointer=")) {
      call.by_pointer_abis = std::string(value);
    } else if (word == "order=clone") {
      call.clone_order = true;
    } else if (word == "blocking") {
      call.blocking = true;
    } else if (word != "-") {
      return complain(row.location, "unknown attribute \"", word, "\"");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Call> parse_call(const Row& row) {
  const std::vector<std::string> columns = split_columns(row.text);
  if (columns.size() != 7) {
    return complain(row.location, "a call has 7 columns, this has ", columns.size());
  }
  Call call;
  call.location = row.location;
  call.name = columns[0];
  if (auto status = parse_arguments(row, columns[1], call); !status.ok()) return status;
  call.returns = columns[2];
  if (absl::EndsWith(call.returns, "!")) {
    call.infallible = true;
    call.returns.pop_back();
  }
  call.topic = columns[3];
  call.since = columns[4];
  if (auto status = parse_attributes(row, columns[5], call); !status.ok()) return status;
  call.text = columns[6];
  if (call.name.empty() || call.returns.empty() || call.text.empty()) {
    return complain(row.location, "a call has a name, a return kind and a text");
  }
  return call;
}

}  // namespace

absl::StatusOr<std::vector<Call>> parse_calls(std::string_view file, std::string_view text) {
  std::vector<Call> calls;
  for (const Row& row : split_rows(file, text)) {
    auto call = parse_call(row);
    if (!call.ok()) return call.status();
    calls.push_back(*call);
  }
  return calls;
}

absl::StatusOr<std::vector<PortableVerb>> parse_portable(std::string_view file,
                                                         std::string_view text) {
  std::vector<PortableVerb> verbs;
  for (const Row& row : split_rows(file, text)) {
    if (!row.indented) {
      auto call = parse_call(row);
      if (!call.ok()) return call.status();
      verbs.push_back({*call, {}});
    } else if (verbs.empty()) {
      return complain(row.location, "a way without a verb");
    } else if (absl::StartsWith(row.text, "via ")) {
      verbs.back().ways.push_back({row.location, row.text.substr(4), {}});
    } else if (verbs.back().ways.empty()) {
      return complain(row.location, "a statement without \"via CALL\"");
    } else {
      verbs.back().ways.back().body.push_back(row.text);
    }
  }
  return verbs;
}

}  // namespace syscalls_gen
