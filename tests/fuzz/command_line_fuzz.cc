// SPDX-License-Identifier: Apache-2.0
// Feeds any words, one per line, to the parser of command lines.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/cli/command_line.h"
#include "engine/rt/testing.h"

namespace {

using nosc::cli::CommandLine;

void check(bool is_true) {
  if (!is_true) __builtin_trap();
}

bool is_one_of(const std::vector<char*>& words, const char* text) {
  return std::any_of(words.begin(), words.end(), [text](const char* word) {
    return text >= word && text <= word + std::char_traits<char>::length(word);
  });
}

void check_line(const CommandLine& line, const std::vector<char*>& words) {
  check(line.argument == nullptr || is_one_of(words, line.argument));
  check(line.named || line.argument == nullptr);
  for (const char* option : line.options) {
    check(option == nullptr || *option == '\0' || is_one_of(words, option));
  }
  if (line.program.empty()) return;
  // Everything behind the first "--" that isn't a value, or behind an ID that words may follow.
  check(line.program.data() + line.program.size() == words.data() + words.size());
  check(line.command == nosc::cli::CommandId::kExec || line.command == nosc::cli::CommandId::kPs ||
        std::string_view(line.program.data()[-1]) == "--");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  std::replace(text.begin(), text.end(), '\n', '\0');
  std::vector<char*> words;
  for (size_t start = 0; start < text.size(); start = text.find('\0', start) + 1) {
    words.push_back(&text[start]);
    if (text.find('\0', start) == text.npos) break;
  }
  nosc::Arena arena;
  const auto line = nosc::outcome_of([&] {
    CommandLine parsed;
    nosc::cli::parse_command_line(words, parsed, arena);
    return parsed;
  });
  nosc::BufferWriter<1024> writer;
  if (line.ok()) {
    check_line(*line, words);
    nosc::cli::write_command_help(line->command, writer);
  } else {
    check(line.error().code == nosc::ErrorCode::kUsage);
    nosc::write_error(writer, line.error());
    check(writer.view().find('\n') == std::string_view::npos);
  }
  check(!writer.view().empty());
  return 0;
}
