// SPDX-License-Identifier: Apache-2.0
#pragma once

// The tables of commands and options. What is written here row by row is kept in the program as one
// run of texts, each ending in NUL, and rows of a few bytes: a pointer for each text would cost as
// much as the texts.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#include "engine/cli/command_line.h"

namespace nosc::cli {

enum class OptionKind : uint8_t { kSwitch, kValue, kRepeated };

constexpr uint32_t bit(CommandId command) { return 1U << static_cast<int>(command); }
constexpr uint32_t kBeforeCommand = 1U << 31;
constexpr uint32_t kEverywhere = ~0U;

struct OptionSource {
  std::string_view name;
  char letter;
  OptionKind kind;
  uint32_t scope;
  std::string_view help;
};

struct CommandSource {
  std::string_view name;
  std::string_view help;
};

// Whether a command names a container.
enum class IdUse : uint8_t { kNone, kOptional, kRequired };

namespace source {

constexpr auto kSwitch = OptionKind::kSwitch;
constexpr auto kValue = OptionKind::kValue;
constexpr auto kRepeated = OptionKind::kRepeated;

constexpr uint32_t kCreate = bit(CommandId::kCreate);
constexpr uint32_t kRun = bit(CommandId::kRun);
constexpr uint32_t kExec = bit(CommandId::kExec);
constexpr uint32_t kUpdate = bit(CommandId::kUpdate);
constexpr uint32_t kList = bit(CommandId::kList);
constexpr uint32_t kSpec = bit(CommandId::kSpec);
constexpr uint32_t kPlan = bit(CommandId::kPlan);
constexpr uint32_t kBoth = kCreate | kRun;

// In the order of Option.
constexpr OptionSource kOptions[kOptionCount] = {
    {"additional-gids", 'g', kRepeated, kExec, "GID    one more group"},
    {"all", 'a', kSwitch, bit(CommandId::kKill), "signal every process"},
    {"apparmor", 0, kValue, kExec, "PROFILE"},
    {"blkio-weight", 0, kValue, kUpdate, "N    10 to 1000"},
    {"bundle", 'b', kValue, kBoth | kSpec | kPlan, "DIR    holds config.json (default: .)"},
    {"cap", 'c', kRepeated, kExec, "CAP_X    one more capability"},
    {"cgroup", 0, kRepeated, kExec, "[CONTROLLER:]PATH    below the container's own"},
    {"cgroup-manager", 0, kValue, kBeforeCommand, "cgroupfs|disabled"},
    {"config", 'f', kValue, kBoth | kPlan, "FILE    in place of the bundle's config.json"},
    {"console-socket", 0, kValue, kBoth | kExec, "PATH    where the terminal is sent"},
    {"cpu-burst", 0, kValue, kUpdate, "USEC"},
    {"cpu-idle", 0, kValue, kUpdate, "0|1"},
    {"cpu-period", 0, kValue, kUpdate, "USEC"},
    {"cpu-quota", 0, kValue, kUpdate, "USEC"},
    {"cpu-rt-period", 0, kValue, kUpdate, "USEC"},
    {"cpu-rt-runtime", 0, kValue, kUpdate, "USEC"},
    {"cpu-share", 0, kValue, kUpdate, "N"},
    {"cpuset-cpus", 0, kValue, kUpdate, "LIST"},
    {"cpuset-mems", 0, kValue, kUpdate, "LIST"},
    {"criu", 0, kValue, kBeforeCommand, "PATH    accepted, without effect"},
    {"cwd", 0, kValue, kExec, "DIR    working directory"},
    {"debug", 0, kSwitch, kBeforeCommand, "log more"},
    {"detach", 'd', kSwitch, kRun | kExec, "leave it in the background"},
    {"env", 'e', kRepeated, kExec, "NAME=VALUE"},
    {"force", 'f', kSwitch, bit(CommandId::kDelete), "kill it if need be"},
    {"format", 'f', kValue, kList | bit(CommandId::kPs), "table|json"},
    {"help", 'h', kSwitch, kEverywhere, "show this help"},
    {"ignore-paused", 0, kSwitch, kExec, "enter a paused container"},
    {"interval", 0, kValue, bit(CommandId::kEvents), "TIME    between events (default: 5s)"},
    {"keep", 0, kSwitch, kRun, "don't delete it at the end"},
    {"kernel-memory", 0, kValue, kUpdate, "BYTES    accepted, without effect"},
    {"kernel-memory-tcp", 0, kValue, kUpdate, "BYTES    the same"},
    {"log", 0, kValue, kBeforeCommand, "FILE    append errors and warnings"},
    {"log-format", 0, kValue, kBeforeCommand, "text|json"},
    {"memory", 0, kValue, kUpdate, "BYTES"},
    {"memory-reservation", 0, kValue, kUpdate, "BYTES"},
    {"memory-swap", 0, kValue, kUpdate, "BYTES    with memory"},
    {"no-new-keyring", 0, kSwitch, kBoth, "keep the caller's session keyring"},
    {"no-new-privs", 0, kSwitch, kExec, "set no_new_privs"},
    {"no-pivot", 0, kSwitch, kBoth, "move the root, don't pivot to it"},
    {"no-subreaper", 0, kSwitch, kRun, "don't adopt its processes"},
    {"pid-file", 0, kValue, kBoth | kExec, "FILE    where the pid is written"},
    {"pidfd-socket", 0, kValue, kBoth | kExec, "PATH    where its pidfd is sent"},
    {"pids-limit", 0, kValue, kUpdate, "N"},
    {"preserve-fds", 0, kValue, kBoth | kExec, "N    descriptors from 3 on to pass"},
    {"process", 'p', kValue, kExec, "FILE    process.json"},
    {"process-label", 0, kValue, kExec, "LABEL    of SELinux"},
    {"quiet", 'q', kSwitch, kList, "ids alone"},
    {"resources", 'r', kValue, kUpdate, "FILE    resources.json, or - for stdin"},
    {"root", 0, kValue, kEverywhere, "DIR    records of containers (default: /run/nosc)"},
    {"rootless", 0, kSwitch, kSpec, "for a user without privileges"},
    {"rootless", 0, kValue, kBeforeCommand, "auto|true|false    accepted; nosc sees for itself"},
    {"stats", 0, kSwitch, bit(CommandId::kEvents), "show statistics once"},
    {"systemd-cgroup", 0, kSwitch, kBeforeCommand, "not there yet"},
    {"tty", 't', kSwitch, kExec, "give it a terminal"},
    {"user", 'u', kValue, kExec, "UID[:GID]"},
    {"verbose", 0, kSwitch, kRun | kBeforeCommand, "say what was set up and how long it took"},
    {"version", 'v', kSwitch, kEverywhere, "show the version"},
};

// The enumerators are in the order of the alphabet, and a row that lacks would be an empty one.
static_assert(std::ranges::is_sorted(kOptions, {}, &OptionSource::name));

// In the order of CommandId.
constexpr CommandSource kCommands[kCommandCount] = {
    {"run", "run a bundle, or without an ID a copy of the host, in the foreground"},
    {"create", "set a container up; its program waits for start"},
    {"start", "start a created container's program"},
    {"state", "print a container's state as JSON"},
    {"kill", "send a signal to a container (default: SIGTERM)"},
    {"delete", "remove a stopped container"},
    {"exec", "run another program in a container"},
    {"list", "list containers"},
    {"ps", "list a container's processes"},
    {"pause", "freeze a container's processes"},
    {"resume", "thaw them"},
    {"update", "change a container's limits"},
    {"events", "print statistics and out-of-memory events as JSON"},
    {"features", "print what this runtime can do as JSON"},
    {"spec", "write a starter config.json"},
    {"plan", "print what run would set up, in order, and do nothing"},
    {"report", "print the isolation that this process finds itself in"},
    {"help", "show this help"},
    {"checkpoint", "not there yet"},
    {"restore", "not there yet"},
};

static_assert(kCommands[kCommandCount - 1].name == "restore");

constexpr IdUse id_use(CommandId command) {
  switch (command) {
    case CommandId::kRun:
    case CommandId::kPlan: return IdUse::kOptional;
    case CommandId::kList:
    case CommandId::kFeatures:
    case CommandId::kSpec:
    case CommandId::kReport:
    case CommandId::kHelp:
    case CommandId::kCheckpoint:
    case CommandId::kRestore: return IdUse::kNone;
    default: return IdUse::kRequired;
  }
}

// What may stand behind the id.
constexpr const char* operands_of(CommandId command) {
  switch (command) {
    case CommandId::kRun:
    case CommandId::kPlan: return " [-- CMD [ARGS]]";
    case CommandId::kKill: return " [SIGNAL]";
    case CommandId::kExec: return " [CMD [ARGS]]";
    case CommandId::kPs: return " [OPTIONS OF PS]";
    default: return "";
  }
}

// The name and the help of each row, one behind the other.
template <const auto& kRows>
consteval auto pack_texts() {
  constexpr size_t kBytes = [] {
    size_t bytes = 0;
    for (const auto& row : kRows) bytes += row.name.size() + row.help.size() + 2;
    return bytes;
  }();
  std::array<char, kBytes> texts{};
  char* next = texts.data();
  for (const auto& row : kRows) {
    for (const std::string_view text : {row.name, row.help}) {
      for (const char c : text) *next++ = c;
      ++next;
    }
  }
  return texts;
}

}  // namespace source

struct OptionRow {
  uint32_t scope;  // bit(command), kBeforeCommand
  char letter;     // 0: none
  OptionKind kind;
};

struct CommandRow {
  IdUse id;
};

inline constexpr auto kOptionTexts = source::pack_texts<source::kOptions>();
inline constexpr auto kCommandTexts = source::pack_texts<source::kCommands>();

inline constexpr auto kOptionRows = [] {
  std::array<OptionRow, kOptionCount> rows{};
  for (size_t i = 0; i < kOptionCount; ++i) {
    rows[i] = {source::kOptions[i].scope, source::kOptions[i].letter, source::kOptions[i].kind};
  }
  return rows;
}();

inline constexpr auto kCommandRows = [] {
  std::array<CommandRow, kCommandCount> rows{};
  for (size_t i = 0; i < kCommandCount; ++i) rows[i] = {source::id_use(static_cast<CommandId>(i))};
  return rows;
}();

// The text behind one.
inline const char* next_text(const char* text) { return text + std::string_view(text).size() + 1; }

}  // namespace nosc::cli
