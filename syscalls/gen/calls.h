// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/source.h"

namespace syscalls_gen {

struct Argument {
  std::string name;
  std::string type;
  std::string fallback;  // default, if any
};

// One row of calls/*.tbl.
struct Call {
  Location location;
  std::string name;
  std::vector<Argument> arguments;
  std::string returns;
  bool infallible = false;
  std::string topic;
  std::string since;
  std::string text;
  std::string abis;
  std::string by_pointer_abis;
  bool clone_order = false;
  bool blocking = false;  // may wait for something to happen
};

// One way to do a portable verb: the call it needs and the statements, if it is no plain forward.
struct PortableWay {
  Location location;
  std::string call;
  std::vector<std::string> body;
};

// One row of portable.tbl: a verb and its ways, best first.
struct PortableVerb {
  Call call;  // signature and text
  std::vector<PortableWay> ways;
};

// Reads one file of calls/.
absl::StatusOr<std::vector<Call>> parse_calls(std::string_view file, std::string_view text);

// Reads portable.tbl.
absl::StatusOr<std::vector<PortableVerb>> parse_portable(std::string_view file,
                                                         std::string_view text);

}  // namespace syscalls_gen
