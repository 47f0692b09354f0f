// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/source.h"

namespace syscalls_gen {

// How the decoder shows what no other row tells: a row of shown.tbl.
struct Shown {
  Location location;
  std::string owner;  // a call or a struct
  std::string what;   // a request's constant or an argument; a field
  std::string type;
};

absl::StatusOr<std::vector<Shown>> parse_shown(std::string_view file, std::string_view text);

// What an error means: a row of errno_messages.tbl.
struct ErrorMessage {
  Location location;
  std::string name;
  std::string text;
};

absl::StatusOr<std::vector<ErrorMessage>> parse_error_messages(std::string_view file,
                                                               std::string_view text);

}  // namespace syscalls_gen
