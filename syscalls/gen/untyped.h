// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/source.h"

namespace syscalls_gen {

// One row of untyped.tbl: a call that has a number on some ABIs and no row in calls/.
struct UntypedCall {
  Location location;
  std::string name;
  std::string abis;
  std::string reason;
};

// Reads untyped.tbl.
absl::StatusOr<std::vector<UntypedCall>> parse_untyped(std::string_view file,
                                                       std::string_view text);

}  // namespace syscalls_gen
