// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/vdso.h"

#include "absl/strings/str_split.h"

namespace syscalls_gen {

absl::StatusOr<VdsoSymbols> parse_vdso(std::string_view file, std::string_view text) {
  VdsoSymbols symbols;
  for (const Row& row : split_rows(file, text)) {
    const std::vector<std::string> words = split_words(row.text);
    const size_t equals = words.size() == 2 ? words[1].find('=') : std::string::npos;
    if (equals == 0 || equals == std::string::npos || equals + 1 == words[1].size()) {
      return complain(row.location, "a row is: FUNCTION SYMBOL=ABI,ABI...");
    }
    const std::string symbol = words[1].substr(0, equals);
    for (const std::string_view abi : absl::StrSplit(words[1].substr(equals + 1), ',')) {
      if (!symbols[words[0]].emplace(abi, symbol).second) {
        return complain(row.location, words[0], " has a symbol for ", abi, " already");
      }
    }
  }
  return symbols;
}

}  // namespace syscalls_gen
