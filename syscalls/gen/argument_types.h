// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/tables.h"

namespace syscalls_gen {

// What one register is given.
struct Operand {
  std::string type;         // C++ type of the register variable
  std::string expression;   // its value
  bool narrow = false;      // fits 32 bits on every ABI
  bool pair_start = false;  // first half of a split 64-bit number
  bool extended = false;    // 32 bits of a family, extended to a word
};

// One argument of a call in C++: a parameter (or none) and the registers that it fills.
struct ExpandedArgument {
  std::string name;
  std::string parameter_type;  // empty: not a parameter
  std::string fallback;
  std::vector<Operand> operands;
};

// The C++ name of a table's scalar type ("u32", "ulong", "size", ...); empty if it is none.
std::string scalar_type(std::string_view type);

// The family of that name, or null.
const Family* find_family(const Tables& tables, std::string_view name);

// True if structs.tbl has the name.
bool is_struct(const Tables& tables, std::string_view name);

// The first struct among a call's arguments that the ABI has no layout of; empty if there is none.
std::string lacking_struct(const Tables& tables, const Abi& abi, const Call& call);

// Works out an argument's parameter and registers on an ABI.
absl::StatusOr<ExpandedArgument> expand_argument(const Tables& tables, const Abi& abi,
                                                 const Location& location,
                                                 const Argument& argument);

// The C++ type of a call's value; empty for noreturn.
absl::StatusOr<std::string> return_type(const Tables& tables, const Call& call);

}  // namespace syscalls_gen
