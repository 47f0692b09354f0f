// SPDX-License-Identifier: Apache-2.0
//
// Writes the manual page and the completions of shells from the tables of the command line:
//
//   manual man|bash|zsh|fish
//
// The tables are what nosc itself parses by, so no word here can be one that it doesn't know.

#include <algorithm>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "engine/cli/command_tables.h"

namespace {

using nosc::cli::CommandId;
using nosc::cli::CommandSource;
using nosc::cli::IdUse;
using nosc::cli::OptionKind;
using nosc::cli::OptionSource;
using nosc::cli::source::kCommands;
using nosc::cli::source::kOptions;

// What an option's help says: the name of its value, and what it means.
struct Help {
  std::string value;
  std::string meaning;
};

Help help_of(const OptionSource& option) {
  const std::string help(option.help);
  if (option.kind == OptionKind::kSwitch) return {"", help};
  const size_t gap = help.find("    ");
  if (gap == std::string::npos) return {help, ""};
  return {help.substr(0, gap), help.substr(gap + 4)};
}

uint32_t scope_of(size_t command) { return nosc::cli::bit(static_cast<CommandId>(command)); }

// The scope of the options that every command knows.
constexpr uint32_t kCommon = nosc::cli::kEverywhere;

// The options of one scope, without those that every command knows.
std::vector<OptionSource> options_of(uint32_t scope) {
  std::vector<OptionSource> options;
  std::copy_if(std::begin(kOptions), std::end(kOptions), std::back_inserter(options),
               [&](const OptionSource& option) {
                 if (scope == kCommon) return option.scope == kCommon;
                 return option.scope != kCommon && (option.scope & scope) != 0;
               });
  return options;
}

std::string replaced(std::string_view text, char what, std::string_view by) {
  std::string result;
  for (const char c : text) {
    if (c == what) {
      result += by;
    } else {
      result += c;
    }
  }
  return result;
}

// A text as troff takes it: a hyphen of its own is a minus, as options have it.
std::string troff(std::string_view text) { return replaced(text, '-', "\\-"); }

// Operands as troff takes them: what is in capitals stands for something.
std::string troff_operands(std::string_view text) {
  std::string result;
  bool was_name = false;
  for (const char c : text) {
    const bool is_name = c >= 'A' && c <= 'Z';
    if (is_name != was_name) result += is_name ? "\\fI" : "\\fR";
    was_name = is_name;
    result += c == '-' ? "\\-" : std::string(1, c);
  }
  return result + (was_name ? "\\fR" : "");
}

void write_man_options(uint32_t scope) {
  for (const OptionSource& option : options_of(scope)) {
    const Help help = help_of(option);
    std::cout << ".TP\n";
    if (option.letter != 0) std::cout << "\\fB\\-" << option.letter << "\\fR, ";
    std::cout << "\\fB\\-\\-" << troff(option.name) << "\\fR";
    if (!help.value.empty()) std::cout << " \\fI" << troff(help.value) << "\\fR";
    std::cout << "\n" << troff(help.meaning) << "\n";
    if (option.kind == OptionKind::kRepeated) std::cout << "(may be given several times)\n";
  }
}

void write_man_command(size_t number) {
  std::cout << ".SS " << kCommands[number].name << "\n\\fBnosc " << kCommands[number].name
            << "\\fR [\\fIOPTIONS\\fR]";
  const auto command = static_cast<CommandId>(number);
  switch (nosc::cli::source::id_use(command)) {
    case IdUse::kRequired: std::cout << " \\fIID\\fR"; break;
    case IdUse::kOptional: std::cout << " [\\fIID\\fR]"; break;
    case IdUse::kNone: break;
  }
  std::cout << troff_operands(nosc::cli::source::operands_of(command));
  std::cout << "\n.PP\n" << troff(kCommands[number].help) << "\n";
  write_man_options(scope_of(number));
}

void write_man() {
  std::cout
      << ".\\\" SPDX-License-Identifier: Apache-2.0\n"
         ".TH NOSC 1\n.SH NAME\nnosc \\- a container engine and OCI runtime\n"
         ".SH SYNOPSIS\n\\fBnosc\\fR [\\fIOPTIONS\\fR] [\\fICOMMAND\\fR] [\\fIARGUMENTS\\fR]\n"
         ".SH DESCRIPTION\n"
         "Without a command, runs a shell (or, without a terminal, a report) in a container\n"
         "that shows the host's files; what it changes vanishes with it, but host files stay\n"
         "readable there. With one, does what an OCI runtime does: a bundle is a folder with\n"
         "config.json and a root file system.\n"
         ".SH OPTIONS\nIn front of the command; the first three stand behind it as well.\n";
  write_man_options(kCommon);
  write_man_options(nosc::cli::kBeforeCommand);
  std::cout << ".SH COMMANDS\n";
  for (size_t i = 0; i < std::size(kCommands); ++i) write_man_command(i);
  std::cout
      << ".SH EXIT STATUS\nThat of the container's program for run and exec, or 128 + the\n"
         "number of the signal that ended it. Of errors, which one line on standard error names:\n"
         "255 for exec; 127 for run where the program is missing, 126 where it can't be\n"
         "executed; 1 for any other.\n";
}

// The words that may follow, for the shells that take them as one list.
std::string words_of(uint32_t scope) {
  std::string words;
  for (const uint32_t part : {scope, kCommon}) {
    for (const OptionSource& option : options_of(part)) words += " --" + std::string(option.name);
  }
  return words.substr(1);
}

std::string command_words() {
  std::string words;
  for (const CommandSource& command : kCommands) words += std::string(command.name) + " ";
  words.pop_back();
  return words;
}

void write_bash() {
  std::cout << "# SPDX-License-Identifier: Apache-2.0\n"
               "_nosc() {\n"
               "  local word=${COMP_WORDS[COMP_CWORD]} command= words i\n"
               "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
               "    case ${COMP_WORDS[i]} in\n"
            << "      " << replaced(command_words(), ' ', " | ") << ")\n"
            << "        command=${COMP_WORDS[i]}\n        break ;;\n"
               "    esac\n"
               "  done\n"
               "  case $command in\n";
  for (size_t i = 0; i < std::size(kCommands); ++i) {
    std::cout << "    " << kCommands[i].name << ") words='" << words_of(scope_of(i)) << "' ;;\n";
  }
  std::cout << "    *) words='" << command_words() << " " << words_of(nosc::cli::kBeforeCommand)
            << "' ;;\n"
               "  esac\n"
               "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
               "}\n"
               "complete -o default -F _nosc nosc\n";
}

// A text between single quotes, as zsh and fish read it.
std::string quoted(std::string_view text) { return "'" + replaced(text, '\'', "'\\''") + "'"; }

// What zsh's _arguments would take for its own, escaped.
std::string zsh_text(std::string_view text) {
  return replaced(replaced(replaced(text, '[', "\\["), ']', "\\]"), ':', "\\:");
}

void write_zsh_options(uint32_t scope) {
  for (const OptionSource& option : options_of(scope)) {
    const Help help = help_of(option);
    std::string row = option.kind == OptionKind::kRepeated ? "*" : "";
    row += "--" + std::string(option.name);
    row += "[" + zsh_text(help.meaning.empty() ? help.value : help.meaning) + "]";
    if (!help.value.empty()) row += ":" + zsh_text(help.value) + ":_files";
    std::cout << " \\\n        " << quoted(row);
  }
}

void write_zsh() {
  std::cout << "#compdef nosc\n# SPDX-License-Identifier: Apache-2.0\n_nosc() {\n"
               "  local -a commands=(\n";
  for (const CommandSource& command : kCommands) {
    std::cout << "    " << quoted(std::string(command.name) + ":" + zsh_text(command.help)) << "\n";
  }
  std::cout << "  )\n  local state\n  _arguments -C";
  write_zsh_options(kCommon);
  write_zsh_options(nosc::cli::kBeforeCommand);
  std::cout << " \\\n        '1: :->command' '*:: :->arguments'\n"
               "  case $state in\n    command) _describe command commands ;;\n"
               "    arguments) case $words[1] in\n";
  for (size_t i = 0; i < std::size(kCommands); ++i) {
    std::cout << "      " << kCommands[i].name << ") _arguments";
    write_zsh_options(kCommon);
    write_zsh_options(scope_of(i));
    std::cout << " \\\n        '*: :_files' ;;\n";
  }
  std::cout << "    esac ;;\n  esac\n}\n_nosc \"$@\"\n";
}

void write_fish_options(const std::string& condition, uint32_t scope) {
  for (const OptionSource& option : options_of(scope)) {
    const Help help = help_of(option);
    std::cout << "complete -c nosc -n " << quoted(condition) << " -l " << option.name;
    if (option.letter != 0) std::cout << " -s " << option.letter;
    if (option.kind != OptionKind::kSwitch) std::cout << " -r";
    std::cout << " -d " << quoted(help.meaning.empty() ? help.value : help.meaning) << "\n";
  }
}

void write_fish() {
  std::cout << "# SPDX-License-Identifier: Apache-2.0\n";
  for (const CommandSource& command : kCommands) {
    std::cout << "complete -c nosc -n __fish_use_subcommand -f -a " << command.name << " -d "
              << quoted(command.help) << "\n";
  }
  write_fish_options("true", kCommon);
  write_fish_options("__fish_use_subcommand", nosc::cli::kBeforeCommand);
  for (size_t i = 0; i < std::size(kCommands); ++i) {
    write_fish_options("__fish_seen_subcommand_from " + std::string(kCommands[i].name),
                       scope_of(i));
  }
}

struct Writer {
  std::string_view name;
  void (*write)();
};

constexpr Writer kWriters[] = {
    {"man", write_man}, {"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};

}  // namespace

int main(int argc, char** argv) {
  for (const Writer& writer : kWriters) {
    if (argc != 2 || writer.name != argv[1]) continue;
    writer.write();
    return std::cout.flush() ? 0 : 1;
  }
  std::cerr << "usage: manual man|bash|zsh|fish\n";
  return 1;
}
