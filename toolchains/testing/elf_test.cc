// SPDX-License-Identifier: Apache-2.0
// What every freestanding program of this workspace is, seen from outside by llvm-readelf.
#include <stdio.h>
#include <stdlib.h>

#include <cstdint>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace {

std::string environment(const char* name) {
  const char* value = getenv(name);
  EXPECT_NE(value, nullptr) << name << " is not set";
  return value ? value : "";
}

std::vector<std::string> readelf(const std::string& option, const std::string& program) {
  const std::string command = environment("NOSC_READELF") + " " + option + " " + program;
  FILE* output = popen(command.c_str(), "r");
  EXPECT_NE(output, nullptr) << command;
  std::vector<std::string> lines;
  char* line = nullptr;
  size_t capacity = 0;
  while (output && getline(&line, &capacity, output) >= 0) lines.emplace_back(line);
  free(line);
  EXPECT_EQ(pclose(output), 0) << command;
  EXPECT_FALSE(lines.empty()) << command;
  return lines;
}

std::string first_word(const std::string& line) {
  std::string word;
  std::istringstream(line) >> word;
  return word;
}

struct Segment {
  std::string type;
  std::string flags;
};

// A line such as "  LOAD  0x000338 0x0000000000201338 0x0000000000201338 0x1036 0x1036 R E 0x1000".
std::vector<Segment> segments() {
  std::vector<Segment> found;
  for (const std::string& line : readelf("--program-headers --wide", environment("NOSC_PROGRAM"))) {
    std::istringstream words(line);
    std::string type, number;
    if (!(words >> type >> number) || number.substr(0, 2) != "0x") continue;
    for (int i = 0; i < 4; i++) words >> number;
    Segment segment = {type, ""};
    for (std::string word; words >> word && word.substr(0, 2) != "0x";) segment.flags += word;
    found.push_back(segment);
  }
  EXPECT_FALSE(found.empty());
  return found;
}

bool has(const Segment& segment, char flag) {
  return segment.flags.find(flag) != std::string::npos;
}

TEST(Elf, IsStaticProgram) {
  bool is_program = false;
  for (const std::string& line : readelf("--file-header", environment("NOSC_PROGRAM"))) {
    is_program |= first_word(line) == "Type:" && line.find("EXEC") != std::string::npos;
  }
  EXPECT_TRUE(is_program);
  for (const Segment& segment : segments()) EXPECT_NE(segment.type, "DYNAMIC");
}

TEST(Elf, HasNoInterpreter) {
  for (const Segment& segment : segments()) EXPECT_NE(segment.type, "INTERP");
}

TEST(Elf, HasNoUndefinedSymbol) {
  bool has_symbols = false;
  for (const std::string& line : readelf("--symbols --wide", environment("NOSC_DEBUG_PROGRAM"))) {
    has_symbols |= line.find(" _start") != std::string::npos;
    const bool is_null_symbol = first_word(line) == "0:";
    EXPECT_TRUE(is_null_symbol || line.find(" UND ") == std::string::npos) << line;
  }
  EXPECT_TRUE(has_symbols);
}

TEST(Elf, HasNoWritableAndExecutableSegment) {
  for (const Segment& segment : segments()) {
    EXPECT_FALSE(has(segment, 'W') && has(segment, 'E')) << segment.type;
  }
}

TEST(Elf, HasStackThatIsNotExecutable) {
  int stacks = 0;
  for (const Segment& segment : segments()) {
    if (segment.type != "GNU_STACK") continue;
    stacks++;
    EXPECT_FALSE(has(segment, 'E'));
  }
  EXPECT_EQ(stacks, 1);
}

TEST(Elf, IsStripped) {
  for (const std::string& line : readelf("--sections --wide", environment("NOSC_PROGRAM"))) {
    EXPECT_EQ(line.find(".symtab"), std::string::npos) << line;
    EXPECT_EQ(line.find(".debug_"), std::string::npos) << line;
  }
}

TEST(Elf, FitsSizeBudget) {
  const uintmax_t budget_bytes = std::stoull(environment("NOSC_SIZE_BUDGET_BYTES"));
  const uintmax_t size_bytes = std::filesystem::file_size(environment("NOSC_PROGRAM"));
  printf("%ju of %ju bytes\n", size_bytes, budget_bytes);
  EXPECT_LE(size_bytes, budget_bytes);
}

}  // namespace
