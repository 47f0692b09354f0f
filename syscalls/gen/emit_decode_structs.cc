// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "syscalls/gen/emit_decode.h"

namespace syscalls_gen {

namespace {

// A role with a family of that name, or of that constant; a plain number where an ABI has none.
DecodeRole with_family(const DecodeArrays& arrays, const std::string& role,
                       const std::string& name) {
  const auto index = arrays.family_indexes.find(name);
  if (index == arrays.family_indexes.end()) return {"kWord"};
  return {role, index->second};
}

// The role of a field; empty if it is not shown.
DecodeRole field_role(const Tables& tables, const DecodeArrays& arrays, const Struct& owner,
                      const Field& field) {
  if (absl::StartsWith(field.name, "reserved") || absl::StartsWith(field.name, "pad")) return {};
  if (field.type == "char" && !field.array.empty() && field.array != "[]") return {"kText"};
  if (!field.array.empty()) return {};
  const std::string told = shown_type(tables, owner.name, field.name);
  if (!told.empty()) return shown_role(arrays, told);
  if (owner.name == "Iovec" && field.name == "base") return {"kBytes"};
  if (field.name == "fd" || absl::EndsWith(field.name, "_fd")) return {"kFd"};
  if (field.type == "Sigset") return {"kSigset"};
  if (const auto inner = arrays.struct_indexes.find(field.type);
      inner != arrays.struct_indexes.end()) {
    return {"kStructIn", inner->second};
  }
  if (const Family* family = find_family(tables, field.type); family != nullptr) {
    return shown_role(arrays, field.type);
  }
  if (is_struct(tables, field.type)) return {};
  return {absl::EndsWith(field.type, "*") ? "kPointer" : scalar_role(field.type)};
}

// The name that the kernel has for a field, which is what readers of traces know.
std::string shown_name(const Field& field) {
  const bool is_own = field.kernel_field.empty() || field.kernel_field == "=" ||
                      field.kernel_field == "-" || absl::StrContains(field.kernel_field, ".");
  return is_own ? field.name : field.kernel_field;
}

void add_struct(const Tables& tables, const Abi& abi, const Struct& type, DecodeArrays& arrays) {
  const size_t first = arrays.field_count;
  for (const Field& field : type.fields) {
    if (!abi_matches(abi, field.abis)) continue;
    const DecodeRole role = field_role(tables, arrays, type, field);
    if (role.role.empty()) continue;
    absl::StrAppendFormat(
        &arrays.fields, "    {\"%s\", offsetof(%s, %s), sizeof(%s::%s), Role::%s, %d},\n",
        shown_name(field), type.name, field.name, type.name, field.name, role.role, role.family);
    ++arrays.field_count;
  }
  if (arrays.field_count == first) return;
  arrays.struct_indexes.emplace(type.name, arrays.struct_indexes.size());
  absl::StrAppendFormat(&arrays.structs, "    {%d, %d, sizeof(%s)},\n", first,
                        arrays.field_count - first, type.name);
}

}  // namespace

std::string shown_type(const Tables& tables, const std::string& owner, const std::string& what) {
  for (const Shown& shown : tables.shown) {
    if (shown.owner == owner && shown.what == what) return shown.type;
  }
  return "";
}

DecodeRole shown_role(const DecodeArrays& arrays, const std::string& type) {
  static const std::map<std::string, std::string> plain{
      {"none", "kNothing"}, {"cstr", "kString"}, {"int", "kInt"},
      {"fd", "kFd"},        {"octal", "kMode"},  {"address", "kPointer"}};
  if (const auto role = plain.find(type); role != plain.end()) return {role->second};
  if (type == "file_mode") return with_family(arrays, "kFileMode", "Mode");
  if (type == "clone_flags") return with_family(arrays, "kCloneFlags", "CloneFlags");
  std::string_view inner = type;
  if (absl::ConsumeSuffix(&inner, ">")) {
    if (absl::ConsumePrefix(&inner, "one_of<")) {
      return with_family(arrays, "kOneOf", std::string(inner));
    }
    const std::string role = absl::ConsumePrefix(&inner, "out<") ? "kStructOut" : "kStructIn";
    absl::ConsumePrefix(&inner, "in<");
    const auto index = arrays.struct_indexes.find(std::string(inner));
    if (index == arrays.struct_indexes.end()) return {"kPointer"};
    return {role, index->second};
  }
  const bool is_set = arrays.flag_families.contains(type);
  return with_family(arrays, is_set ? "kFlags" : "kEnum", type);
}

std::string scalar_role(std::string_view type) {
  if (type == "int" || type == "i32" || type == "i16" || type == "i8" || type == "Pid") {
    return "kInt";
  }
  if (type == "uint" || type == "u32" || type == "Uid" || type == "Gid") return "kUnsigned";
  if (type == "long" || type == "i64" || type == "wide_int") return "kLong";
  return type == "pointer" || type == "const_pointer" ? "kPointer" : "kWord";
}

void add_structs(const Tables& tables, const Abi& abi, DecodeArrays& arrays) {
  for (const Struct& type : tables.structs) {
    if (type.name != "Sigset" && abi_matches(abi, type.abis)) {
      add_struct(tables, abi, type, arrays);
    }
  }
}

}  // namespace syscalls_gen
