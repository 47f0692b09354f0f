// SPDX-License-Identifier: Apache-2.0
#pragma once

// From argv to a command with its options.
//
// Commands and options are two tables: parsing, `nosc --help`, `nosc COMMAND --help` and the
// complaint about a wrong word all come from them. Options may be written with one dash or two,
// before and behind the container's id, and take their value from behind a "=" or from the next
// word; switches also take "=true" and "=false". "--" ends the options: what follows is the command
// of the container. For exec that begins behind the id already, as its callers write it; for ps,
// what stands behind the id is for the host's ps.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/rt/writer.h"

namespace nosc::cli {

// In the order of kOptions.
enum class Option : uint8_t {
  kAdditionalGids,
  kAll,
  kApparmor,
  kBlkioWeight,
  kBundle,
  kCap,
  kCgroup,
  kCgroupManager,
  kConfig,
  kConsoleSocket,
  kCpuBurst,
  kCpuIdle,
  kCpuPeriod,
  kCpuQuota,
  kCpuRtPeriod,
  kCpuRtRuntime,
  kCpuShare,
  kCpusetCpus,
  kCpusetMems,
  kCriu,
  kCwd,
  kDebug,
  kDetach,
  kEnv,
  kForce,
  kFormat,
  kHelp,
  kIgnorePaused,
  kInterval,
  kKeep,
  kKernelMemory,
  kKernelMemoryTcp,
  kLog,
  kLogFormat,
  kMemory,
  kMemoryReservation,
  kMemorySwap,
  kNoNewKeyring,
  kNoNewPrivs,
  kNoPivot,
  kNoSubreaper,
  kPidFile,
  kPidfdSocket,
  kPidsLimit,
  kPreserveFds,
  kProcess,
  kProcessLabel,
  kQuiet,
  kResources,
  kRoot,
  kRootless,        // of spec: a switch
  kRootlessCaller,  // in front of the command: a value
  kStats,
  kSystemdCgroup,
  kTty,
  kUser,
  kVerbose,
  kVersion,
};
inline constexpr size_t kOptionCount = static_cast<size_t>(Option::kVersion) + 1;

// In the order of kCommands.
enum class CommandId : uint8_t {
  kRun,
  kCreate,
  kStart,
  kState,
  kKill,
  kDelete,
  kExec,
  kList,
  kPs,
  kPause,
  kResume,
  kUpdate,
  kEvents,
  kFeatures,
  kSpec,
  kPlan,
  kReport,
  kHelp,
  // Known, but not there yet: whatever follows is left unread.
  kCheckpoint,
  kRestore,
};
inline constexpr size_t kCommandCount = static_cast<size_t>(CommandId::kRestore) + 1;

// One of an option that may be given several times.
struct RepeatedOption {
  Option option{};
  const char* value = nullptr;
};

// A parsed command line. Strings are those of argv, NUL-terminated.
struct CommandLine {
  CommandId command = CommandId::kRun;
  bool named = false;                               // a command was given
  std::array<const char*, kOptionCount> options{};  // nullptr: not given; "" for switches
  std::span<const RepeatedOption> repeated;  // --additional-gids, --cap, --cgroup, --env, in order
  const char* argument = nullptr;            // the container's id
  const char* operand = nullptr;             // what follows the id: the signal of kill
  std::span<char*> program;                  // what stands behind "--", or exec's or ps's id

  const char* option(Option option) const { return options[static_cast<size_t>(option)]; }
  // The value of an option, or what stands for it where it isn't given.
  const char* option(Option which, const char* otherwise) const {
    return has(which) ? option(which) : otherwise;
  }
  bool has(Option which) const { return option(which) != nullptr; }
};

// Sorts the words of a command line. `arguments` is argv without its first word.
// Shape: `line` is a fresh one; where the words are wrong it holds what was understood before, for
// whoever words the error.
// Errors: kUsage, with the word that is wrong.
void parse_command_line(std::span<char*> arguments, CommandLine& line, Arena& arena);

std::string_view command_name(CommandId command);

// Writes the help of the whole program, or of one command.
void write_help(Writer& out);
void write_command_help(CommandId command, Writer& out);

// Writes the version: three lines in the form that container engines parse.
void write_version(Writer& out);

}  // namespace nosc::cli
