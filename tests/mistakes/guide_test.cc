// SPDX-License-Identifier: Apache-2.0
//
// Every line of code in the guide stands in guide.cc, in the same order, and so compiles.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace {

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// Code without indentation, the comment at its end and blanks before that.
std::string code_of(const std::string& line) {
  const size_t first = line.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  const std::string code = line.substr(first, line.find("  //") - first);
  return code.substr(0, code.find_last_not_of(' ') + 1);
}

// Blocks of the guide that are indented by four: lines of code each.
std::vector<std::vector<std::string>> blocks_of(const std::vector<std::string>& lines) {
  std::vector<std::vector<std::string>> blocks(1);
  for (const std::string& line : lines) {
    if (line.starts_with("    ")) {
      blocks.back().push_back(code_of(line));
    } else if (!line.empty() && !blocks.back().empty()) {
      blocks.emplace_back();
    }
  }
  if (blocks.back().empty()) blocks.pop_back();
  return blocks;
}

TEST(Guide, IsTheCodeThatCompiles) {
  std::vector<std::string> source;
  for (const std::string& line : lines_of("tests/mistakes/guide.cc")) {
    source.push_back(code_of(line));
  }
  const auto blocks = blocks_of(lines_of("docs/syscalls-without-libc.md"));
  EXPECT_GE(blocks.size(), 7u);
  for (const auto& block : blocks) {
    auto at = source.begin();
    for (const std::string& line : block) {
      at = std::find(at, source.end(), line);
      ASSERT_NE(at, source.end()) << "guide.cc lacks, at this place: " << line;
    }
  }
}

}  // namespace
