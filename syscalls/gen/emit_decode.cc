// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "syscalls/gen/emit.h"

namespace syscalls_gen {

namespace {

// Everything that the arrays of decode_data.h are made of.
struct Arrays {
  std::string constants;
  std::string families;
  std::string parameters;
  std::string calls;
  size_t constant_count = 0;
  size_t parameter_count = 0;
  std::map<std::string, size_t> family_indexes;
};

// The constants of a family, those of more bits before those that they contain.
void add_family(const Abi& abi, const Family& family, Arrays& arrays) {
  std::vector<std::pair<uint64_t, std::string>> values;
  uint64_t mask = 0;
  for (const Constant& constant : family.constants) {
    const ConstantValue& value = value_on(constant, abi);
    if (value.kind != ConstantValue::Kind::kKnown) continue;
    const bool is_mask = absl::EndsWith(constant.name, "_ACCMODE");
    if (is_mask) mask = value.bits;
    if (!is_mask) values.emplace_back(value.bits, constant.name);
  }
  if (family.kind == FamilyKind::kFlags) {
    // Of several names for the same bits the table's first one counts.
    std::vector<std::tuple<int, uint64_t, size_t>> order;
    for (size_t i = 0; i < values.size(); ++i) {
      order.emplace_back(-std::popcount(values[i].first), values[i].first, i);
    }
    std::sort(order.begin(), order.end());
    std::vector<std::pair<uint64_t, std::string>> ordered;
    for (const auto& [bits, value, index] : order) ordered.push_back(values[index]);
    values = std::move(ordered);
  }
  arrays.family_indexes.emplace(family.name, arrays.family_indexes.size());
  absl::StrAppendFormat(&arrays.families, "    {%d, %d, %d},\n", arrays.constant_count,
                        values.size(), mask);
  arrays.constant_count += values.size();
  for (const auto& [bits, name] : values) {
    absl::StrAppendFormat(&arrays.constants, "    {0x%xu, \"%s\"},\n", bits, name);
  }
}

std::string role_of_scalar(std::string_view type) {
  if (type == "int" || type == "i32" || type == "Pid") return "kInt";
  if (type == "uint" || type == "u32" || type == "Uid" || type == "Gid") return "kUnsigned";
  if (type == "long" || type == "i64" || type == "wide_int") return "kLong";
  return type == "pointer" || type == "const_pointer" ? "kPointer" : "kWord";
}

// What the first register of an argument holds.
std::string role_of(const Tables& tables, const Argument& argument, std::string& family_name) {
  std::string type = argument.type.substr(0, argument.type.find('<'));
  if (absl::EndsWith(type, "?")) type.pop_back();
  if (type == "narrow" || type == "word") {
    type = argument.type.substr(argument.type.find('<') + 1);
    type.pop_back();
  }
  if (type == "fd") return "kFd";
  if (type == "cstr") return "kString";
  if (type == "bytes") return "kBytes";
  if (type == "buffer") return "kFilled";
  if (absl::StrContains(type, "_first")) return "kWord";
  if (type == "strings") return "kStrings";
  if (type == "span" || type == "in" || type == "out" || type == "inout") return "kPointer";
  if (type == "sizeof") return "kWord";
  if (type == "constant") return "kInt";
  if (type == "Mode") return argument.fallback.empty() ? "kMode" : "kOptionalMode";
  const Family* family = find_family(tables, type);
  if (family == nullptr) return role_of_scalar(type);
  family_name = type;
  return family->kind == FamilyKind::kFlags ? "kFlags" : "kEnum";
}

std::string second_role(const Argument& argument) {
  return absl::StrContains(argument.type, "_first") ? "kPointer" : "kWord";
}

void add_parameter(const std::string& name, const std::string& role, size_t family,
                   Arrays& arrays) {
  absl::StrAppendFormat(&arrays.parameters, "    {\"%s\", Role::%s, %d},\n", name, role, family);
  ++arrays.parameter_count;
}

absl::Status add_argument(const Tables& tables, const Abi& abi, const Call& call,
                          const Argument& argument, size_t first, Arrays& arrays) {
  auto expanded = expand_argument(tables, abi, call.location, argument);
  if (!expanded.ok()) return expanded.status();
  std::string family;
  const std::string role = role_of(tables, argument, family);
  const size_t index = family.empty() ? 0 : arrays.family_indexes.at(family);
  for (size_t i = 0; i < expanded->operands.size(); ++i) {
    const bool odd = (arrays.parameter_count - first) % 2 != 0;
    const bool pair = expanded->operands.size() == 2 && expanded->operands[0].pair_start;
    if (i == 0 && pair && abi.aligned_pairs && odd) add_parameter("", "kPadding", 0, arrays);
    if (pair) {
      add_parameter(argument.name, i == 0 ? "kPair" : "kPadding", 0, arrays);
    } else {
      add_parameter(argument.name, i == 0 ? role : second_role(argument), index, arrays);
    }
  }
  return absl::OkStatus();
}

absl::Status add_call(const Tables& tables, const Abi& abi, const Call& call, Arrays& arrays) {
  const size_t first = arrays.parameter_count;
  if (!call.by_pointer_abis.empty() && abi_matches(abi, call.by_pointer_abis)) {
    add_parameter("arguments", "kPointer", 0, arrays);
  } else {
    std::vector<Argument> arguments = call.arguments;
    if (call.clone_order) {
      std::sort(arguments.begin(), arguments.end(), [&](const auto& a, const auto& b) {
        const auto& order = abi.clone_order;
        return std::find(order.begin(), order.end(), a.name) <
               std::find(order.begin(), order.end(), b.name);
      });
    }
    for (const Argument& argument : arguments) {
      auto status = add_argument(tables, abi, call, argument, first, arrays);
      if (!status.ok()) return status;
    }
  }
  const bool address = call.returns == "pointer";
  absl::StrAppendFormat(&arrays.calls, "    {%d, %d, %d, %s, \"%s\"},\n",
                        numbers_of(tables, abi).at(call.name), first,
                        arrays.parameter_count - first, address ? "true" : "false", call.name);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> emit_decode_data(const Tables& tables, const Abi& abi) {
  Arrays arrays;
  for (const Family& family : tables.flags.families) {
    if (!family.name.empty() && family.kind != FamilyKind::kConstants) {
      add_family(abi, family, arrays);
    }
  }
  std::set<std::string> seen;
  for (const Call& call : tables.calls) {
    if (!call_exists(tables, abi, call) || !seen.insert(call.name).second) continue;
    if (auto status = add_call(tables, abi, call, arrays); !status.ok()) return status;
  }
  return absl::StrCat(
      file_head("table/ for " + abi.name),
      "#include \"syscalls/sys/decode_roles.h\"\n\nnamespace sys::decode_data {\n\n",
      "inline constexpr bool kBigEndian = ", abi.big_endian ? "true" : "false",
      ";\n\ninline constexpr Constant kConstants[] = {\n", arrays.constants,
      "};\n\ninline constexpr Family kFamilies[] = {\n", arrays.families,
      "};\n\ninline constexpr Parameter kParameters[] = {\n", arrays.parameters,
      "};\n\ninline constexpr Call kCalls[] = {\n", arrays.calls,
      "};\n\n}  // namespace sys::decode_data\n");
}

}  // namespace syscalls_gen
