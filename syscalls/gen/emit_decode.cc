// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/emit_decode.h"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "syscalls/gen/emit.h"

namespace syscalls_gen {

namespace {

using Values = std::vector<std::pair<uint64_t, std::string>>;

bool is_member(const Family& family, const Constant& constant) {
  const auto& names = family.members;
  return family.whole.empty() ||
         std::find(names.begin(), names.end(), constant.name) != names.end();
}

// A family's constants on an ABI, its own and those of families that it accepts; the bits that hold
// one of several go to mask.
Values values_of(const Tables& tables, const Abi& abi, const Family& family, uint64_t& mask) {
  Values values;
  const Family& whole = family.whole.empty() ? family : *find_family(tables, family.whole);
  for (const Constant& constant : whole.constants) {
    if (!is_member(family, constant)) continue;
    const ConstantValue& value = value_on(constant, abi);
    if (value.kind != ConstantValue::Kind::kKnown) continue;
    const bool is_mask = absl::EndsWith(constant.name, "_ACCMODE");
    if (is_mask) mask = value.bits;
    if (!is_mask) values.emplace_back(value.bits, constant.name);
  }
  for (const std::string& name : family.accepts) {
    const Family* const other = find_family(tables, name);
    // Permissions beside flags are numbers.
    if (other == nullptr || name == "Mode") continue;
    const Values more = values_of(tables, abi, *other, mask);
    values.insert(values.end(), more.begin(), more.end());
  }
  return values;
}

// Those of more bits before those that they contain. Of several names for the same bits the table's
// first one counts.
Values by_bits(const Values& values) {
  std::vector<std::tuple<int, uint64_t, size_t>> order;
  for (size_t i = 0; i < values.size(); ++i) {
    order.emplace_back(-std::popcount(values[i].first), values[i].first, i);
  }
  std::sort(order.begin(), order.end());
  Values ordered;
  for (const auto& [bits, value, index] : order) ordered.push_back(values[index]);
  return ordered;
}

void add_family(const Tables& tables, const Abi& abi, const Family& family, DecodeArrays& arrays) {
  uint64_t mask = 0;
  Values values = values_of(tables, abi, family, mask);
  if (family.kind == FamilyKind::kFlags) {
    values = by_bits(values);
    arrays.flag_families.insert(family.name);
  }
  const size_t index = arrays.family_count++;
  if (!family.name.empty()) arrays.family_indexes.emplace(family.name, index);
  absl::StrAppendFormat(&arrays.families, "    {%d, %d, 0x%x},\n", arrays.constant_count,
                        values.size(), mask);
  arrays.constant_count += values.size();
  for (const auto& [bits, name] : values) {
    if (family.name.empty()) arrays.family_indexes.emplace(name, index);
    absl::StrAppendFormat(&arrays.constants, "    {0x%xu, \"%s\"},\n", bits, name);
  }
}

// True if shown.tbl names a constant of a family without a name.
bool is_shown(const Tables& tables, const Family& family) {
  for (const Shown& shown : tables.shown) {
    for (const Constant& constant : family.constants) {
      if (shown.type == absl::StrCat("one_of<", constant.name, ">")) return true;
    }
  }
  return false;
}

// Pointers to structs, numbers and pairs.
DecodeRole pointer_role(const DecodeArrays& arrays, const std::string& kind, std::string target) {
  if (absl::StartsWith(target, "const ")) target = target.substr(6);
  if (target == "Sigset") return {kind == "out" ? "kSigsetOut" : "kSigset"};
  if (target == "FdPair") return {"kInts", 2};
  if (target == "int" && kind == "out") return {"kInts", 1};
  const auto index = arrays.struct_indexes.find(target);
  if (index == arrays.struct_indexes.end()) return {"kPointer"};
  if (kind == "span") return {"kStructs", index->second};
  return {kind == "out" ? "kStructOut" : "kStructIn", index->second};
}

// What the first register of an argument holds.
DecodeRole role_of(const Tables& tables, const DecodeArrays& arrays, const Call& call,
                   const Argument& argument) {
  if (const std::string told = shown_type(tables, call.name, argument.name); !told.empty()) {
    return shown_role(arrays, told);
  }
  std::string type = argument.type.substr(0, argument.type.find('<'));
  std::string inner = argument.type.substr(argument.type.find('<') + 1);
  inner = inner.substr(0, inner.find('>'));
  if (absl::EndsWith(type, "?")) type.pop_back();
  if (type == "narrow" || type == "word") type = inner;
  static const std::map<std::string, std::string> plain{
      {"fd", "kFd"},           {"cstr", "kString"}, {"bytes", "kBytes"}, {"buffer", "kFilled"},
      {"strings", "kStrings"}, {"sizeof", "kWord"}, {"constant", "kInt"}};
  if (const auto role = plain.find(type); role != plain.end()) return {role->second};
  if (absl::StrContains(type, "_first")) return {"kWord"};
  // Vectors that are read into hold nothing before.
  if (type == "span" && inner == "const Iovec" && absl::StrContains(call.name, "read")) {
    return {"kPointer"};
  }
  if (type == "span" || type == "in" || type == "out" || type == "inout") {
    return pointer_role(arrays, type, inner);
  }
  if (type == "Mode") return {argument.fallback.empty() ? "kMode" : "kOptionalMode"};
  if (find_family(tables, type) != nullptr) return shown_role(arrays, type);
  return {scalar_role(type)};
}

std::string second_role(const Argument& argument) {
  return absl::StrContains(argument.type, "_first") ? "kPointer" : "kWord";
}

void add_parameter(const std::string& name, const std::string& role, size_t family,
                   DecodeArrays& arrays) {
  absl::StrAppendFormat(&arrays.parameters, "    {\"%s\", Role::%s, %d},\n", name, role, family);
  ++arrays.parameter_count;
}

absl::Status add_argument(const Tables& tables, const Abi& abi, const Call& call,
                          const Argument& argument, size_t first, DecodeArrays& arrays) {
  auto expanded = expand_argument(tables, abi, call.location, argument);
  if (!expanded.ok()) return expanded.status();
  const auto [role, index] = role_of(tables, arrays, call, argument);
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

// What the argument behind each request is.
void add_requests(const Tables& tables, const Abi& abi, const Call& call, DecodeArrays& arrays) {
  for (const Argument& argument : call.arguments) {
    const Family* const family = find_family(tables, argument.type);
    if (family == nullptr || family->kind != FamilyKind::kEnum) continue;
    const Family& whole = family->whole.empty() ? *family : *find_family(tables, family->whole);
    for (const Constant& constant : whole.constants) {
      if (!is_member(*family, constant)) continue;
      const ConstantValue& value = value_on(constant, abi);
      const std::string type = shown_type(tables, call.name, constant.name);
      if (type.empty() || value.kind != ConstantValue::Kind::kKnown) continue;
      const auto [role, index] = shown_role(arrays, type);
      absl::StrAppendFormat(&arrays.requests, "    {0x%xu, Role::%s, %d},\n",
                            static_cast<uint32_t>(value.bits), role, index);
      ++arrays.request_count;
    }
  }
}

absl::Status add_call(const Tables& tables, const Abi& abi, const Call& call,
                      DecodeArrays& arrays) {
  const size_t first = arrays.parameter_count;
  const size_t first_request = arrays.request_count;
  add_requests(tables, abi, call, arrays);
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
  absl::StrAppendFormat(
      &arrays.calls, "    {%d, %d, %d, %d, %d, %s, \"%s\"},\n",
      numbers_of(tables, abi).at(call.name), first, arrays.parameter_count - first, first_request,
      arrays.request_count - first_request, address ? "true" : "false", call.name);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> emit_decode_data(const Tables& tables, const Abi& abi) {
  DecodeArrays arrays;
  for (const Family& family : tables.flags.families) {
    const bool is_named = !family.name.empty() && family.kind != FamilyKind::kConstants;
    if (is_named || is_shown(tables, family)) add_family(tables, abi, family, arrays);
  }
  add_structs(tables, abi, arrays);
  std::set<std::string> seen;
  for (const Call& call : tables.calls) {
    if (!call_exists(tables, abi, call) || !seen.insert(call.name).second) continue;
    if (auto status = add_call(tables, abi, call, arrays); !status.ok()) return status;
  }
  return absl::StrCat(
      file_head("table/ for " + abi.name), "#include \"syscalls/", abi.name, "/types.h\"\n",
      "#include \"syscalls/sys/decode_roles.h\"\n\nnamespace sys::decode_data {\n\n",
      "inline constexpr bool kBigEndian = ", abi.big_endian ? "true" : "false",
      ";\n\n// In kFamilies.\ninline constexpr unsigned kSignalFamily = ",
      arrays.family_indexes["Signal"], ";\n\ninline constexpr Constant kConstants[] = {\n",
      arrays.constants, "};\n\ninline constexpr Family kFamilies[] = {\n", arrays.families,
      "};\n\ninline constexpr Field kFields[] = {\n", arrays.fields,
      "};\n\ninline constexpr Struct kStructs[] = {\n", arrays.structs,
      "};\n\ninline constexpr Request kRequests[] = {\n", arrays.requests,
      "};\n\ninline constexpr Parameter kParameters[] = {\n", arrays.parameters,
      "};\n\ninline constexpr Call kCalls[] = {\n", arrays.calls,
      "};\n\n}  // namespace sys::decode_data\n");
}

}  // namespace syscalls_gen
