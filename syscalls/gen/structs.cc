// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/structs.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace syscalls_gen {

namespace {

// Takes "on LIST" off the end of the words, if it is there.
std::string take_abis(std::vector<std::string>& words) {
  if (words.size() < 2 || words[words.size() - 2] != "on") return "";
  const std::string list = words.back();
  words.resize(words.size() - 2);
  return list;
}

absl::StatusOr<Struct> parse_head(const Row& row) {
  Struct result;
  result.location = row.location;
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(row.text, absl::MaxSplits('|', 1));
  result.text = std::string(absl::StripAsciiWhitespace(parts.second));
  std::vector<std::string> words = split_words(parts.first);
  if (words.size() < 2 || words[0] != "struct" || result.text.empty()) {
    return complain(row.location, "a struct is: struct NAME [of TYPE] [on ABIS] | text");
  }
  if (const auto zeroed = std::find(words.begin(), words.end(), "zeroed"); zeroed != words.end()) {
    result.zeroed = true;
    words.erase(zeroed);
  }
  std::string last = take_abis(words);
  if (words.back() == "packed" || words.back() == "packed4") {
    result.packed_alignment = words.back() == "packed" ? 1 : 4;
    result.packed_abis = last;
    words.pop_back();
    last = take_abis(words);
  }
  result.abis = last;
  result.name = words[1];
  if (words.size() > 3 && words[2] == "of") {
    result.kernel_type = absl::StrJoin(words.begin() + 3, words.end(), " ");
  } else if (words.size() != 2) {
    return complain(row.location, "a struct is: struct NAME [of TYPE] [on ABIS] | text");
  }
  return result;
}

absl::StatusOr<Field> parse_field(const Row& row) {
  std::vector<std::string> words = split_words(row.text);
  Field field;
  field.location = row.location;
  field.abis = take_abis(words);
  if (words.size() != 2 && words.size() != 3) {
    return complain(row.location, "a field is: TYPE NAME [KERNEL_FIELD] [on ABIS]");
  }
  field.type = words[0];
  const size_t bracket = words[1].find('[');
  field.name = words[1].substr(0, bracket);
  if (bracket != std::string::npos) field.array = words[1].substr(bracket);
  if (words.size() == 3 && words[2] != "-") {
    field.kernel_field = words[2] == "=" ? field.name : words[2];
  }
  return field;
}

}  // namespace

absl::StatusOr<std::vector<Struct>> parse_structs(std::string_view file, std::string_view text) {
  std::vector<Struct> structs;
  std::string topic;
  for (const Row& row : split_rows(file, text)) {
    if (const std::vector<std::string> words = split_words(row.text);
        !row.indented && words[0] == "topic" && words.size() == 2) {
      topic = words[1];
      continue;
    }
    if (!row.indented) {
      auto head = parse_head(row);
      if (!head.ok()) return head.status();
      structs.push_back(*head);
      structs.back().topic = topic;
      continue;
    }
    if (structs.empty()) return complain(row.location, "a field without a struct");
    auto field = parse_field(row);
    if (!field.ok()) return field.status();
    structs.back().fields.push_back(*field);
  }
  return structs;
}

}  // namespace syscalls_gen
