// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/differences.h"

#include "absl/strings/str_cat.h"

namespace syscalls_gen {

namespace {

std::string decimal(uint64_t value) { return absl::StrCat(static_cast<int64_t>(value)); }

// Adds an ABI to the line of a difference.
using Lines = std::map<std::string, std::string>;

void compare(const std::string& abi, const Facts& older, const Facts& newer, Lines& lines) {
  for (const auto& [key, value] : newer) {
    const auto old = older.find(key);
    if (old == older.end()) {
      absl::StrAppend(&lines[absl::StrCat("new: ", key, " ", decimal(value))], " ", abi);
    } else if (old->second != value) {
      absl::StrAppend(
          &lines[absl::StrCat("changed: ", key, " ", decimal(old->second), " -> ", decimal(value))],
          " ", abi);
    }
  }
  for (const auto& [key, value] : older) {
    if (newer.contains(key)) continue;
    absl::StrAppend(&lines[absl::StrCat("gone: ", key, " ", decimal(value))], " ", abi);
  }
}

}  // namespace

std::string differences(const std::map<std::string, Facts>& older,
                        const std::map<std::string, Facts>& newer) {
  Lines lines;
  std::string text;
  for (const auto& [abi, facts] : newer) {
    const auto old = older.find(abi);
    if (old == older.end()) {
      absl::StrAppend(&text, "new: ABI ", abi, ", ", facts.size(), " facts\n");
    } else {
      compare(abi, old->second, facts, lines);
    }
  }
  for (const auto& [line, abis] : lines) absl::StrAppend(&text, line, " on", abis, "\n");
  return text;
}

}  // namespace syscalls_gen
