// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/command_line.h"

#include <cstring>

namespace nosc::cli {
namespace {

struct OptionRow {
  char name[9];
  char letter;
  bool takes_value;
  const char* help;
};

// In the order of Option.
constexpr OptionRow kOptions[] = {
    {"bundle", 'b', true, "DIR    directory of config.json and the root file system (default: .)"},
    {"help", 'h', false, "       show this help"},
    {"root", 0, true, "DIR      directory of container records (default: /run/nosc)"},
    {"rootless", 0, false, "   write a config for a user without privileges"},
    {"verbose", 0, false, "    say what was set up and how long it took"},
    {"version", 'v', false, "    show the version"},
};
static_assert(std::size(kOptions) == kOptionCount);

constexpr uint8_t bit(Option option) {
  return static_cast<uint8_t>(1U << static_cast<int>(option));
}

struct CommandRow {
  char name[7];
  uint8_t options;
  bool takes_id;
  const char* usage;
  const char* help;
};

// In the order of CommandId.
constexpr CommandRow kCommands[] = {
    {"run", bit(Option::kBundle) | bit(Option::kVerbose), true, "[OPTIONS] [ID] [-- CMD [ARGS]]",
     "run a container in the foreground: an OCI bundle, or, without\n"
     "           an ID, the host's files behind a copy that vanishes"},
    {"spec", bit(Option::kBundle) | bit(Option::kRootless), false, "[OPTIONS]",
     "write a starter config.json"},
    {"plan", bit(Option::kBundle), true, "[OPTIONS] [ID] [-- CMD [ARGS]]",
     "print what run would set up, in order, and do nothing"},
    {"report", 0, false, "", "print the isolation that this process finds itself in"},
    {"help", 0, false, "", "show this help"},
};

constexpr uint8_t kGlobal =
    bit(Option::kHelp) | bit(Option::kRoot) | bit(Option::kVersion) | bit(Option::kVerbose);

[[noreturn]] void fail_usage(const char* text, std::string_view word) {
  fail({.code = ErrorCode::kUsage, .operation = text, .object = word});
}

const OptionRow* find_option(std::string_view name, size_t dashes) {
  for (const OptionRow& row : kOptions) {
    if (name == row.name) return &row;
    if (dashes == 1 && name.size() == 1 && name[0] == row.letter) return &row;
  }
  return nullptr;
}

// Reads one option at arguments[index]; moves index on to its value where that is the next word.
void read_option(std::span<char*> arguments, size_t& index, CommandLine& line) {
  const std::string_view word = arguments[index];
  const size_t dashes = word[1] == '-' ? 2 : 1;
  const size_t equals = word.find('=');
  const OptionRow* row = find_option(word.substr(dashes, equals - dashes), dashes);
  if (row == nullptr) fail_usage("unknown option", word);
  const size_t number = static_cast<size_t>(row - kOptions);
  const uint8_t known =
      line.named ? kGlobal | kCommands[static_cast<size_t>(line.command)].options : kGlobal;
  if ((known >> number & 1) == 0) fail_usage("unknown option", word);
  const char*& value = line.options[number];
  if (!row->takes_value) {
    if (equals != word.npos) fail_usage("option takes no value", word);
    value = "";
    return;
  }
  if (equals != word.npos) {
    value = word.data() + equals + 1;
  } else if (index + 1 < arguments.size()) {
    value = arguments[++index];
  } else {
    fail_usage("option needs a value", word);
  }
  if (*value == '\0') fail_usage("option needs a value", word);
}

void read_word(char* word, CommandLine& line) {
  if (line.named) {
    if (!kCommands[static_cast<size_t>(line.command)].takes_id || line.argument != nullptr) {
      fail_usage("unexpected argument", word);
    }
    line.argument = word;
    return;
  }
  for (size_t i = 0; i < std::size(kCommands); ++i) {
    if (std::string_view(word) != kCommands[i].name) continue;
    line.command = static_cast<CommandId>(i);
    line.named = true;
    return;
  }
  fail_usage("unknown command", word);
}

void write_option_row(const OptionRow& row, Writer& out) {
  if (row.letter != 0) {
    out.text("  -").character(row.letter).text(", --");
  } else {
    out.text("      --");
  }
  out.text(row.name).character(' ').text(row.help).character('\n');
}

void write_options(uint8_t options, Writer& out) {
  out.text("\nOptions:\n");
  for (size_t i = 0; i < kOptionCount; ++i) {
    if ((options >> i & 1) != 0) write_option_row(kOptions[i], out);
  }
}

}  // namespace

CommandLine parse_command_line(std::span<char*> arguments) {
  CommandLine line;
  for (size_t i = 0; i < arguments.size(); ++i) {
    char* word = arguments[i];
    if (std::string_view(word) == "--") {
      line.program = arguments.subspan(i + 1);
      if (line.named && !kCommands[static_cast<size_t>(line.command)].takes_id) {
        fail_usage("unexpected argument", word);
      }
      if (line.program.empty()) fail_usage("a command must follow", word);
      return line;
    }
    if (word[0] == '-' && word[1] != '\0') {
      read_option(arguments, i, line);
    } else {
      read_word(word, line);
    }
  }
  return line;
}

void write_help(Writer& out) {
  out.text(
      "nosc: a container engine and OCI runtime\n\n"
      "Usage: nosc [OPTIONS] [COMMAND] [ARGUMENTS]\n\n"
      "Without a command, runs a shell (or, without a terminal, a report) in a container that\n"
      "shows the host's files; what it changes vanishes with it. Host files stay readable "
      "there.\n\n"
      "Commands:\n");
  for (const CommandRow& row : kCommands) {
    out.text("  ").text(row.name);
    for (size_t pad = std::strlen(row.name); pad < 9; ++pad) out.character(' ');
    out.text(row.help).character('\n');
  }
  write_options(kGlobal, out);
}

void write_command_help(CommandId command, Writer& out) {
  const CommandRow& row = kCommands[static_cast<size_t>(command)];
  out.text("Usage: nosc ").text(row.name).character(' ').text(row.usage).text("\n\n  ");
  out.text(row.help).character('\n');
  write_options(static_cast<uint8_t>(row.options | bit(Option::kHelp) | bit(Option::kRoot)), out);
}

void write_version(Writer& out) { out.text("nosc version 0.1.0\ncommit: unknown\nspec: 1.3.0\n"); }

}  // namespace nosc::cli
