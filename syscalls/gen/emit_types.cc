// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "syscalls/gen/emit.h"
#include "syscalls/gen/homes.h"

namespace syscalls_gen {

namespace {

// The type of a struct's field in C++.
absl::StatusOr<std::string> field_type(const Tables& tables, const Field& field) {
  std::string_view type = field.type;
  const std::string star = absl::ConsumeSuffix(&type, "*") ? "*" : "";
  if (const std::string scalar = scalar_type(type); !scalar.empty()) return scalar + star;
  if (type == "Pid" || type == "Uid" || type == "Gid" || is_struct(tables, type) ||
      find_family(tables, type) != nullptr) {
    return absl::StrCat(type, star);
  }
  return complain(field.location, field.name, " has the unknown type \"", field.type, "\"");
}

absl::StatusOr<std::string> emit_struct(const Tables& tables, const Abi& abi, const Struct& type) {
  const bool packed = type.packed_alignment != 0 && abi_matches(abi, type.packed_abis);
  std::string text = absl::StrCat("// ", type.text, ".\n");
  text[3] = absl::ascii_toupper(text[3]);
  if (packed) absl::StrAppendFormat(&text, "#pragma pack(push, %d)\n", type.packed_alignment);
  absl::StrAppend(&text, "struct ", type.name, " {\n");
  for (const Field& field : type.fields) {
    if (!abi_matches(abi, field.abis)) continue;
    const auto name = field_type(tables, field);
    if (!name.ok()) return name.status();
    absl::StrAppend(&text, "  ", *name, " ", field.name, field.array,
                    type.zeroed && field.array != "[]" ? " = {};\n" : ";\n");
  }
  return absl::StrCat(text, packed ? "};\n#pragma pack(pop)\n\n" : "};\n\n");
}

// A set of some members of a family that has subsets.
std::string set_of(std::string_view family, uint64_t members) {
  return absl::StrFormat("%sOf<0x%x>", family, members);
}

std::string emit_family_type(const Tables& tables, const Family& family) {
  const std::string comment = absl::StrCat("// ", family.text, ".\n");
  const std::string bits = scalar_type(family.type);
  if (!family.whole.empty()) {
    const uint64_t members = member_bits(tables.flags.families, family);
    return absl::StrCat(comment, "using ", family.name, " = ", set_of(family.whole, members),
                        ";\n\n");
  }
  if (has_subsets(tables.flags.families, family)) {
    const char* const type = family.kind == FamilyKind::kEnum ? "OneOf" : "FlagSet";
    return absl::StrCat("template <uint64_t kMembers>\nusing ", family.name, "Of = ", type,
                        "<struct ", family.name, "Tag, ", bits, ", kMembers>;\n", comment, "using ",
                        family.name, " = ", family.name, "Of<~uint64_t{0}>;\n\n");
  }
  if (family.kind == FamilyKind::kEnum) {
    return absl::StrCat(comment, "enum class ", family.name, " : ", bits, " {};\n\n");
  }
  return absl::StrCat(comment, "using ", family.name, " = FlagSet<struct ", family.name, "Tag, ",
                      bits, ">;\n\n");
}

std::string value_text(const Family& family, const ConstantValue& value) {
  const std::string bits = scalar_type(family.type);
  std::string spelling = value.spelling;
  if (!absl::StartsWith(spelling, "-") && (bits[0] == 'u' || absl::StartsWith(spelling, "0x"))) {
    absl::StrAppend(&spelling, value.bits > 0xffffffff ? "ull" : "u");
  }
  return absl::StrContains(spelling, "u") ? absl::StrCat("static_cast<", bits, ">(", spelling, ")")
                                          : spelling;
}

// The type of a set's constant: where there are subsets, each has its own.
std::string flag_type(const Tables& tables, const Family& family, const Constant& constant) {
  if (!has_subsets(tables.flags.families, family)) return family.name;
  const auto index = static_cast<size_t>(&constant - family.constants.data());
  return index < 64 ? set_of(family.name, uint64_t{1} << index) : family.name;
}

std::string emit_constant(const Tables& tables, const Family& family, const Constant& constant,
                          const ConstantValue& value) {
  const std::string name = "k" + constant.name;
  if (family.type == "BorrowedFd") {
    return absl::StrFormat("inline constexpr BorrowedFd %s = BorrowedFd::from_raw(%s);\n", name,
                           value.spelling);
  }
  const std::string text = value_text(family, value);
  if (is_plain_enum(tables.flags.families, family)) {
    return absl::StrFormat("inline constexpr %s %s{%s};\n", family.name, name, text);
  }
  if (family.kind != FamilyKind::kConstants) {
    const std::string type = flag_type(tables, family, constant);
    return absl::StrFormat("inline constexpr %s %s = %s::from_bits(%s);\n", type, name, type,
                           value.spelling);
  }
  return absl::StrFormat("inline constexpr %s %s = %s;\n", scalar_type(family.type), name, text);
}

// That a family takes the flags of another one, or of a subset.
std::string emit_accepted(const Tables& tables, const Family& family, const std::string& name) {
  const Family* const other = find_family(tables, name);
  if (other == nullptr) return "";
  return absl::StrFormat(
      "template <>\ninline constexpr uint64_t kFlagsAccepted<struct %sTag, struct %sTag> = 0x%x;\n",
      other->whole.empty() ? other->name : other->whole,
      family.whole.empty() ? family.name : family.whole,
      member_bits(tables.flags.families, *other));
}

std::string emit_family(const Tables& tables, const Abi& abi, const Family& family) {
  std::string text = family.name.empty() ? absl::StrCat("// ", family.text, ".\n")
                                         : emit_family_type(tables, family);
  for (const std::string& other : family.accepts) {
    absl::StrAppend(&text, emit_accepted(tables, family, other));
  }
  for (const Constant& constant : family.constants) {
    const ConstantValue& value = value_on(constant, abi);
    if (value.kind != ConstantValue::Kind::kKnown) continue;
    absl::StrAppend(&text, emit_constant(tables, family, constant, value));
  }
  return text + "\n";
}

// The constants of one home.
std::string emit_constants(const Tables& tables, const Homes& homes, const Abi& abi,
                           const std::string& home) {
  std::string text = file_head("table/flags for " + abi.name);
  absl::StrAppend(&text, "#include <stdint.h>\n\n");
  if (home == kShared) absl::StrAppend(&text, "#include \"syscalls/sys/fd.h\"\n");
  absl::StrAppend(&text, "#include \"syscalls/sys/flags.h\"\n");
  if (homes.need_shared.contains(home) && home != kShared) {
    absl::StrAppend(&text, include_part(abi, "constants", kShared));
  }
  absl::StrAppend(&text, "\nnamespace sys {\n\n");
  for (const Family& family : tables.flags.families) {
    if (home_of(homes, family) == home) absl::StrAppend(&text, emit_family(tables, abi, family));
  }
  if (home == kShared) {
    absl::StrAppend(&text, "// The current folder, where a call takes a folder.\n",
                    "inline constexpr BorrowedFd kCwd = kAT_FDCWD;\n\n");
  }
  return absl::StrCat(text, "}  // namespace sys\n");
}

absl::StatusOr<std::string> emit_structs(const Tables& tables, const Homes& homes, const Abi& abi,
                                         const std::string& home) {
  std::string text = file_head("table/structs for " + abi.name);
  absl::StrAppend(&text, "#include <stddef.h>\n#include <stdint.h>\n\n",
                  "#include \"syscalls/sys/ids.h\"\n", include_part(abi, "constants", home));
  if (homes.need_shared.contains(home) && home != kShared) {
    absl::StrAppend(&text, include_part(abi, "types", kShared));
  }
  absl::StrAppend(&text, "\nnamespace sys {\n\n");
  for (const Struct& type : tables.structs) {
    if (!abi_matches(abi, type.abis) || homes.by_name.at(type.name) != home) continue;
    auto code = emit_struct(tables, abi, type);
    if (!code.ok()) return code.status();
    absl::StrAppend(&text, *code);
  }
  return absl::StrCat(text, "}  // namespace sys\n");
}

}  // namespace

std::string include_part(const Abi& abi, std::string_view part, std::string_view home) {
  return absl::StrCat("#include \"syscalls/", abi.name, "/", part, "/", home,
                      ".h\"  // IWYU pragma: export\n");
}

absl::Status emit_types(const Tables& tables, const Abi& abi, Files& files) {
  const Homes homes = find_homes(tables);
  std::vector<std::string> names{std::string(kShared)};
  for (const Topic& topic : tables.topics) names.push_back(topic.name);
  const std::string folder = abi.name + "/";
  std::string constants = file_head("table/flags for " + abi.name);
  std::string types = file_head("table/structs for " + abi.name);
  for (const std::string& home : names) {
    absl::StrAppend(&constants, include_part(abi, "constants", home));
    absl::StrAppend(&types, include_part(abi, "types", home));
    files[folder + "constants/" + home + ".h"] = emit_constants(tables, homes, abi, home);
    auto structs = emit_structs(tables, homes, abi, home);
    if (!structs.ok()) return structs.status();
    files[folder + "types/" + home + ".h"] = *std::move(structs);
  }
  files[folder + "constants.h"] = constants;
  files[folder + "types.h"] = types;
  return absl::OkStatus();
}

}  // namespace syscalls_gen
