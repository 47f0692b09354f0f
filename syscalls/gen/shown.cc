// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/shown.h"

#include <set>

#include "absl/strings/match.h"

namespace syscalls_gen {

absl::StatusOr<std::vector<Shown>> parse_shown(std::string_view file, std::string_view text) {
  std::vector<Shown> list;
  for (const Row& row : split_rows(file, text)) {
    const std::vector<std::string> words = split_words(row.text);
    if (words.size() != 3) {
      return complain(row.location, "a row is: CALL REQUEST TYPE or STRUCT FIELD TYPE");
    }
    list.push_back({row.location, words[0], words[1], words[2]});
  }
  return list;
}

absl::StatusOr<std::vector<ErrorMessage>> parse_error_messages(std::string_view file,
                                                               std::string_view text) {
  std::vector<ErrorMessage> messages;
  std::set<std::string> names;
  for (const Row& row : split_rows(file, text)) {
    const std::vector<std::string> columns = split_columns(row.text);
    if (columns.size() != 2 || columns[0].empty() || columns[1].empty() ||
        absl::StrContains(columns[1], '"')) {
      return complain(row.location, "a message is: NAME | text");
    }
    if (!names.insert(columns[0]).second) {
      return complain(row.location, columns[0], " is here twice");
    }
    messages.push_back({row.location, columns[0], columns[1]});
  }
  return messages;
}

}  // namespace syscalls_gen
