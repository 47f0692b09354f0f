// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/source.h"

namespace syscalls_gen {

struct Field {
  Location location;
  std::string type;
  std::string name;
  std::string array;         // "[16]", "[]" or nothing
  std::string kernel_field;  // empty: not compared
  std::string abis;
};

struct Struct {
  Location location;
  std::string name;
  std::string kernel_type;  // empty: the headers have none
  std::string abis;
  std::string text;
  std::string packed_abis;
  int packed_alignment = 0;  // 0: never packed
  bool zeroed = false;
  std::string topic;  // whose header it is in if no call takes it; empty: the shared one
  std::vector<Field> fields;
};

// Reads structs.tbl.
absl::StatusOr<std::vector<Struct>> parse_structs(std::string_view file, std::string_view text);

}  // namespace syscalls_gen
