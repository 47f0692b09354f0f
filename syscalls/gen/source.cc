// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/source.h"

#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace syscalls_gen {

namespace {

// The length of the line up to its comment.
size_t comment_start(std::string_view line) {
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"') quoted = !quoted;
    const bool after_blank = i == 0 || line[i - 1] == ' ';
    if (line[i] == '#' && after_blank && !quoted) return i;
  }
  return line.size();
}

}  // namespace

std::vector<Row> split_rows(std::string_view file, std::string_view text) {
  std::vector<Row> rows;
  int number = 0;
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = line.substr(0, comment_start(line));
    const std::string_view stripped = absl::StripAsciiWhitespace(line);
    if (stripped.empty()) continue;
    rows.push_back({{std::string(file), number}, std::string(stripped), line[0] == ' '});
  }
  return rows;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  int depth = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == '<' || c == '(' || c == '{') ++depth;
    if (c == '>' || c == ')' || c == '}') --depth;
    if (c != ' ' || depth > 0 || quoted) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

std::vector<std::string> split_columns(std::string_view text) {
  std::vector<std::string> columns = absl::StrSplit(text, '|');
  for (std::string& column : columns) absl::StripAsciiWhitespace(&column);
  return columns;
}

absl::StatusOr<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return absl::NotFoundError(absl::StrCat(path, ":1: cannot be read"));
  return text.str();
}

}  // namespace syscalls_gen
