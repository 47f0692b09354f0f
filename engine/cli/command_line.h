// SPDX-License-Identifier: Apache-2.0
#pragma once

// From argv to a command with its options.
//
// Commands and options are two tables: parsing, `nosc --help`, `nosc COMMAND --help` and the
// complaint about a wrong word all come from them. Options may be written with one dash or two and
// take their value from behind a "=" or from the next word. "--" ends them: what follows is the
// command of the container.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/rt/error.h"
#include "engine/rt/writer.h"

namespace nosc::cli {

enum class Option : uint8_t { kBundle, kHelp, kRoot, kRootless, kVerbose, kVersion };
inline constexpr size_t kOptionCount = 6;

enum class CommandId : uint8_t { kRun, kSpec, kPlan, kReport, kHelp };

// A parsed command line. Strings are those of argv, NUL-terminated.
struct CommandLine {
  CommandId command = CommandId::kRun;
  bool named = false;                               // a command was given
  std::array<const char*, kOptionCount> options{};  // nullptr: not given; "" for switches
  const char* argument = nullptr;                   // the container's id
  std::span<char*> program;                         // what stands behind "--"

  const char* option(Option option) const { return options[static_cast<size_t>(option)]; }
  bool has(Option which) const { return option(which) != nullptr; }
};

// Sorts the words of a command line. `arguments` is argv without its first word.
// Errors: kUsage, with the word that is wrong.
CommandLine parse_command_line(std::span<char*> arguments);

// Writes the help of the whole program, or of one command.
void write_help(Writer& out);
void write_command_help(CommandId command, Writer& out);

// Writes the version: three lines in the form that container engines parse.
void write_version(Writer& out);

}  // namespace nosc::cli
