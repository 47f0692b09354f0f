// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/command_line.h"

#include "engine/cli/command_tables.h"

namespace nosc::cli {
namespace {

[[noreturn]] void fail_usage(const char* text, std::string_view word) {
  fail({.code = ErrorCode::kUsage, .operation = text, .object = word});
}

// Where options count: behind the line's command, or in front of any.
uint32_t scope_of(const CommandLine& line) {
  return line.named ? bit(line.command) : kBeforeCommand;
}

bool is_name_of(std::string_view name, const char* text, const OptionRow& row, size_t dashes) {
  return name == text || (dashes == 1 && name.size() == 1 && name[0] == row.letter);
}

// The number of the option that a name means here; kOptionCount if there is none.
size_t find_option(std::string_view name, size_t dashes, uint32_t scope) {
  const char* text = kOptionTexts.data();
  size_t number = 0;
  for (const OptionRow& row : kOptionRows) {
    if ((row.scope & scope) != 0 && is_name_of(name, text, row, dashes)) break;
    text = next_text(next_text(text));
    ++number;
  }
  return number;
}

// The value of a switch: "" for on, nullptr for off.
const char* switch_value(std::string_view word, size_t equals) {
  if (equals == word.npos) return "";
  const std::string_view value = word.substr(equals + 1);
  if (value == "true" || value == "1") return "";
  if (value != "false" && value != "0") fail_usage("option is either true or false", word);
  return nullptr;
}

// Sorts the words of one command line.
class Parser {
 public:
  Parser(std::span<char*> arguments, CommandLine& line, Arena& arena)
      : arguments_(arguments), line_(line), arena_(arena) {}

  void parse();

 private:
  void read_option(std::string_view word);
  const char* option_value(std::string_view word, size_t equals);
  void keep_repeated(Option option, const char* value);
  bool read_word(char* word);
  bool read_operand(char* word);
  bool program_may_follow() const;
  void read_program();

  std::span<char*> arguments_;
  CommandLine& line_;
  Arena& arena_;
  size_t next_ = 0;
  std::span<RepeatedOption> repeated_;
};

const char* Parser::option_value(std::string_view word, size_t equals) {
  const char* value = "";
  if (equals != word.npos) {
    value = word.data() + equals + 1;
  } else if (next_ < arguments_.size()) {
    value = arguments_[next_++];
  }
  if (*value == '\0') fail_usage("option needs a value", word);
  return value;
}

void Parser::keep_repeated(Option option, const char* value) {
  if (repeated_.empty()) repeated_ = arena_.array<RepeatedOption>(arguments_.size());
  const size_t count = line_.repeated.size();
  repeated_[count] = {option, value};
  line_.repeated = repeated_.first(count + 1);
}

void Parser::read_option(std::string_view word) {
  const size_t dashes = word[1] == '-' ? 2 : 1;
  const size_t equals = word.find('=');
  const size_t number = find_option(word.substr(dashes, equals - dashes), dashes, scope_of(line_));
  if (number == kOptionCount) fail_usage("unknown option", word);
  const char*& value = line_.options[number];
  const OptionKind kind = kOptionRows[number].kind;
  if (kind == OptionKind::kSwitch) {
    value = switch_value(word, equals);
    return;
  }
  value = option_value(word, equals);
  if (kind == OptionKind::kRepeated) keep_repeated(static_cast<Option>(number), value);
}

// What stands behind the id. Returns false where nothing more is to be read.
bool Parser::read_operand(char* word) {
  if (line_.command == CommandId::kExec) {
    --next_;
    read_program();
    return false;
  }
  if (line_.command != CommandId::kKill || line_.operand != nullptr) {
    fail_usage("unexpected argument", word);
  }
  line_.operand = word;
  return true;
}

// A word that is no option: the command, the id, or what stands behind it. Returns false where
// nothing more is to be read.
bool Parser::read_word(char* word) {
  if (line_.named) {
    if (line_.argument != nullptr) return read_operand(word);
    if (kCommandRows[static_cast<size_t>(line_.command)].id == IdUse::kNone) {
      fail_usage("unexpected argument", word);
    }
    line_.argument = word;
    if (line_.command != CommandId::kPs) return true;
    line_.program = arguments_.subspan(next_);
    return false;
  }
  const char* text = kCommandTexts.data();
  for (size_t i = 0; i < kCommandCount; ++i) {
    if (std::string_view(word) == text) {
      line_.command = static_cast<CommandId>(i);
      line_.named = true;
      return line_.command < CommandId::kCheckpoint;
    }
    text = next_text(next_text(text));
  }
  fail_usage("unknown command", word);
}

bool Parser::program_may_follow() const {
  return (line_.command == CommandId::kExec && line_.argument != nullptr) ||
         line_.command == CommandId::kRun || line_.command == CommandId::kPlan;
}

// The rest is the container's command, whether or not "--" stands before it.
void Parser::read_program() {
  const std::string_view word = arguments_[next_];
  line_.program = arguments_.subspan(word == "--" ? next_ + 1 : next_);
  if (line_.program.empty()) fail_usage("a command must follow", word);
}

void Parser::parse() {
  bool has_options = true;
  while (next_ < arguments_.size()) {
    char* const word = arguments_[next_++];
    if (has_options && std::string_view(word) == "--") {
      if (program_may_follow()) {
        --next_;
        return read_program();
      }
      has_options = false;
    } else if (has_options && word[0] == '-' && word[1] != '\0') {
      read_option(word);
    } else if (!read_word(word)) {
      return;
    }
  }
}

void check_id(const CommandLine& line) {
  if (line.argument != nullptr || line.has(Option::kHelp) || line.has(Option::kVersion)) return;
  if (kCommandRows[static_cast<size_t>(line.command)].id != IdUse::kRequired) return;
  fail({.code = ErrorCode::kUsage,
        .operation = command_name(line.command).data(),
        .text = "needs a container ID"});
}

void write_options(uint32_t scope, Writer& out) {
  out.text("\nOptions:\n");
  const char* text = kOptionTexts.data();
  for (const OptionRow& row : kOptionRows) {
    const char* help = next_text(text);
    if ((row.scope & scope) != 0) {
      out.text("  ");
      if (row.letter != 0) {
        out.character('-').character(row.letter).text(", --");
      } else {
        out.text("    --");
      }
      out.text(text)
          .text(row.kind == OptionKind::kSwitch ? "    " : " ")
          .text(help)
          .character('\n');
    }
    text = next_text(help);
  }
}

const char* command_text(CommandId command) {
  const char* text = kCommandTexts.data();
  for (auto i = static_cast<size_t>(command); i != 0; --i) text = next_text(next_text(text));
  return text;
}

}  // namespace

void parse_command_line(std::span<char*> arguments, CommandLine& line, Arena& arena) {
  Parser(arguments, line, arena).parse();
  check_id(line);
}

std::string_view command_name(CommandId command) { return command_text(command); }

void write_help(Writer& out) {
  out.text(
      "nosc: a container engine and OCI runtime\n\n"
      "Usage: nosc [OPTIONS] [COMMAND] [ARGUMENTS]\n\n"
      "Without a command, runs a shell (or, without a terminal, a report) in a container that\n"
      "shows the host's files; what it changes vanishes with it. Host files stay readable "
      "there.\n\n"
      "Commands:\n");
  const char* text = kCommandTexts.data();
  for (size_t i = 0; i < kCommandCount; ++i) {
    const std::string_view name = text;
    out.text("  ").text(name);
    for (size_t pad = name.size(); pad < 11; ++pad) out.character(' ');
    text = next_text(text);
    out.text(text).character('\n');
    text = next_text(text);
  }
  write_options(kBeforeCommand, out);
}

void write_command_help(CommandId command, Writer& out) {
  const char* name = command_text(command);
  const CommandRow& row = kCommandRows[static_cast<size_t>(command)];
  out.text("Usage: nosc ").text(name).text(" [OPTIONS]");
  if (row.id != IdUse::kNone) out.text(row.id == IdUse::kRequired ? " ID" : " [ID]");
  out.text(source::operands_of(command)).text("\n\n  ").text(next_text(name)).character('\n');
  write_options(bit(command), out);
}

void write_version(Writer& out) { out.text("nosc version 0.1.0\ncommit: unknown\nspec: 1.3.0\n"); }

}  // namespace nosc::cli
