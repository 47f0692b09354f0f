// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/untyped.h"

namespace syscalls_gen {

absl::StatusOr<std::vector<UntypedCall>> parse_untyped(std::string_view file,
                                                       std::string_view text) {
  std::vector<UntypedCall> calls;
  for (const Row& row : split_rows(file, text)) {
    const std::vector<std::string> columns = split_columns(row.text);
    if (columns.size() != 3 || columns[0].empty() || columns[1].empty() || columns[2].empty()) {
      return complain(row.location, "an untyped call is: NAME | ABIS | why");
    }
    calls.push_back({row.location, columns[0], columns[1] == "-" ? "" : columns[1], columns[2]});
  }
  return calls;
}

}  // namespace syscalls_gen
