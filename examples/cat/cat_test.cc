// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/process.h"

namespace {

using nosc::testing::Completed;

Completed cat(std::vector<std::string> names, const std::string& input = "") {
  nosc::testing::Command command;
  command.argv = {"examples/cat/cat"};  // from the folder that Bazel runs tests in
  command.argv.insert(command.argv.end(), names.begin(), names.end());
  command.input = input;
  return nosc::testing::run(command);
}

std::string write_file(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST(Cat, CopiesItsInput) {
  const std::string text("a\0b\n", 4);
  EXPECT_EQ(cat({}, text).out, text);
  EXPECT_EQ(cat({}).exit_status, 0);
}

TEST(Cat, CopiesMoreThanItsBuffer) {
  std::string text;
  while (text.size() < 1000000) text += std::to_string(text.size()) + "\n";
  const Completed completed = cat({write_file("large", text)});
  EXPECT_TRUE(completed.out == text) << completed.out.size();
}

TEST(Cat, CopiesFilesInTheirOrder) {
  const Completed completed = cat({write_file("one", "1\n"), "-", write_file("two", "2\n")}, "0\n");
  EXPECT_EQ(completed.out, "1\n0\n2\n");
  EXPECT_EQ(completed.exit_status, 0);
}

TEST(Cat, GoesOnAfterAFileThatIsMissing) {
  const Completed completed = cat({"/no/such/file", write_file("one", "1\n"), "/"});
  EXPECT_EQ(completed.out, "1\n");
  EXPECT_EQ(completed.err, "cat: /no/such/file: errno 2\ncat: /: errno 21\n");
  EXPECT_EQ(completed.exit_status, 1);
}

}  // namespace
