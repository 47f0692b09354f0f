// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/abi.h"
#include "syscalls/gen/source.h"

namespace syscalls_gen {

// A constant's value on one ABI, or in general.
struct ConstantValue {
  enum class Kind { kKnown, kAbsent, kUnknown };
  Kind kind = Kind::kUnknown;
  uint64_t bits = 0;     // two's complement
  std::string spelling;  // as the table writes it
};

// One constant: its general value and the ABIs (or their kin, or 32, 64) that differ.
struct Constant {
  Location location;
  std::string name;
  ConstantValue general;
  std::vector<std::pair<std::string, ConstantValue>> overrides;
  bool from_libc = false;
};

enum class FamilyKind { kFlags, kEnum, kConstants };

// Constants that belong together, and the C++ type that they have.
struct Family {
  Location location;
  FamilyKind kind = FamilyKind::kConstants;
  std::string name;  // empty for plain constants
  std::string type;
  std::string text;
  std::vector<std::string> accepts;
  std::vector<Constant> constants;
  // A subset has no constants of its own: it takes some of another family's.
  std::string whole;
  std::vector<std::string> members;
  std::string topic;  // whose header it is in if no call takes it; empty: the shared one
};

// The subset's members among its family's constants: a bit for each, in the table's order. All bits
// for what is no subset.
uint64_t member_bits(const std::vector<Family>& families, const Family& family);

// True where other families are subsets of this one.
bool has_subsets(const std::vector<Family>& families, const Family& family);

// True for a family whose type is a plain enum: one of several, without subsets.
bool is_plain_enum(const std::vector<Family>& families, const Family& family);

struct FlagTable {
  std::vector<std::string> headers;
  std::vector<std::string> libc_headers;
  std::vector<Family> families;
};

// Reads flags.tbl or errno.tbl.
absl::StatusOr<FlagTable> parse_flags(std::string_view file, std::string_view text);

// The value that a constant has on an ABI.
const ConstantValue& value_on(const Constant& constant, const Abi& abi);

}  // namespace syscalls_gen
