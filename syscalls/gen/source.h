// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace syscalls_gen {

// Where a row stands: what every complaint begins with.
struct Location {
  std::string file;
  int line = 0;
};

// One row of a table: its text without comment and outer blanks, never empty.
struct Row {
  Location location;
  std::string text;
  bool indented = false;
};

// A complaint about one row, in one line: "table/calls.tbl:12: ...".
template <typename... Parts>
absl::Status complain(const Location& location, const Parts&... parts) {
  return absl::InvalidArgumentError(
      absl::StrCat(location.file, ":", location.line, ": ", parts...));
}

// Splits a table's text into rows; "#" begins a comment at a line's start or after a blank.
std::vector<Row> split_rows(std::string_view file, std::string_view text);

// Splits at blanks that are outside <>, (), {} and "".
std::vector<std::string> split_words(std::string_view text);

// Splits at "|"; columns lose their outer blanks.
std::vector<std::string> split_columns(std::string_view text);

// The whole content of a file.
absl::StatusOr<std::string> read_file(const std::string& path);

}  // namespace syscalls_gen
