// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/argument_types.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace syscalls_gen {

namespace {

// "in?<OpenHow>" as its parts.
struct Role {
  std::string name;
  bool optional = false;
  std::string subject;
};

Role parse_role(const std::string& type) {
  Role role;
  const size_t open = type.find('<');
  role.name = type.substr(0, open);
  if (open != std::string::npos) role.subject = type.substr(open + 1, type.size() - open - 2);
  if (absl::EndsWith(role.name, "?")) {
    role.optional = true;
    role.name.pop_back();
  }
  return role;
}

bool is_narrow(std::string_view type) {
  return type == "u8" || type == "u16" || type == "u32" || type == "i8" || type == "i16" ||
         type == "i32" || type == "int" || type == "uint";
}

// Memory that one struct or number fills: a reference, or a pointer where it may be absent.
std::optional<ExpandedArgument> expand_memory(const Role& role, const std::string& name) {
  if (role.name != "in" && role.name != "out" && role.name != "inout") return std::nullopt;
  const std::string type = absl::StrCat(role.name == "in" ? "const " : "", role.subject);
  const std::string address = absl::StrCat(role.optional ? "" : "&", name);
  return ExpandedArgument{
      name, absl::StrCat(type, role.optional ? "*" : "&"), "", {{type + "*", address}}};
}

// An address and a size, in either order.
std::optional<ExpandedArgument> expand_view(const Role& role, const std::string& name) {
  static const auto& views = *new std::map<std::string, std::pair<const char*, const char*>>{
      {"bytes", {"Bytes", "const void*"}},
      {"buffer", {"MutableBytes", "void*"}},
      {"size_first_bytes", {"Bytes", "const void*"}},
      {"size_first_buffer", {"MutableBytes", "void*"}},
  };
  std::string type;
  std::string pointer;
  if (const auto view = views.find(role.name); view != views.end()) {
    type = view->second.first;
    pointer = view->second.second;
  } else if (role.name == "span" || role.name == "count_first") {
    type = absl::StrCat("Span<", role.subject, ">");
    pointer = role.subject + "*";
  } else {
    return std::nullopt;
  }
  const Operand address{pointer, name + ".data()"};
  const Operand size{"size_t", name + ".size()"};
  if (absl::StrContains(role.name, "_first"))
    return ExpandedArgument{name, type, "", {size, address}};
  return ExpandedArgument{name, type, "", {address, size}};
}

// A 64-bit number: one register, or two in the order that memory would have.
ExpandedArgument expand_wide(const Abi& abi, const std::string& name, const std::string& type,
                             const std::string& value) {
  if (abi.word_bits == 64) return {name, type, "", {{type, value}}};
  const std::string bits = absl::StrCat("static_cast<uint64_t>(", value, ")");
  Operand low{"uint32_t", absl::StrCat("static_cast<uint32_t>(", bits, ")"), true};
  Operand high{"uint32_t", absl::StrCat("static_cast<uint32_t>(", bits, " >> 32)"), true};
  if (abi.big_endian) std::swap(low, high);
  low.pair_start = true;
  return {name, type, "", {low, high}};
}

// A 64-bit number in two words, the lower one first on every ABI; of 64 bits the first has all.
ExpandedArgument expand_low_high(const Abi& abi, const std::string& name) {
  if (abi.word_bits == 64) return {name, "int64_t", "", {{"int64_t", name}, {"long", "0"}}};
  return {name,
          "int64_t",
          "",
          {{"uint32_t", absl::StrCat("static_cast<uint32_t>(", name, ")"), true},
           {"uint32_t",
            absl::StrCat("static_cast<uint32_t>(static_cast<uint64_t>(", name, ") >> 32)"), true}}};
}

std::optional<ExpandedArgument> expand_plain(const Abi& abi, const Role& role,
                                             const std::string& name) {
  if (role.name == "fd")
    return ExpandedArgument{name, "BorrowedFd", "", {{"int", name + ".raw()", true}}};
  if (role.name == "cstr") {
    return ExpandedArgument{
        name, role.optional ? "OptionalCStr" : "CStr", "", {{"const char*", name + ".c_str()"}}};
  }
  if (role.name == "low_high") return expand_low_high(abi, name);
  if (role.name == "wide_int") return ExpandedArgument{name, "int", "", {{"long", name}}};
  if (role.name == "strings") {
    return ExpandedArgument{name, "const char* const*", "", {{"const char* const*", name}}};
  }
  if (role.name == "sizeof") {
    return ExpandedArgument{name, "", "", {{"size_t", absl::StrCat("sizeof(", role.subject, ")")}}};
  }
  if (role.name == "constant") return ExpandedArgument{name, "", "", {{"int", role.subject, true}}};
  if (role.name == "Pid") {
    return ExpandedArgument{name, "Pid", "", {{"int", absl::StrCat("to_raw(", name, ")"), true}}};
  }
  if (role.name == "Uid" || role.name == "Gid") {
    return ExpandedArgument{
        name, role.name, "", {{"uint32_t", absl::StrCat("to_raw(", name, ")"), true}}};
  }
  const std::string scalar = scalar_type(role.name);
  if (scalar.empty()) return std::nullopt;
  if (scalar == "int64_t" || scalar == "uint64_t") return expand_wide(abi, name, scalar, name);
  return ExpandedArgument{name, scalar, "", {{scalar, name, is_narrow(role.name)}}};
}

std::optional<ExpandedArgument> expand_family(const Tables& tables, const Abi& abi,
                                              const Role& role, const std::string& name) {
  const bool narrowed = role.name == "narrow";
  const bool widened = role.name == "word";
  const Family* family = find_family(tables, narrowed || widened ? role.subject : role.name);
  if (family == nullptr) return std::nullopt;
  if (widened) {
    const std::string bits =
        is_plain_enum(tables.flags.families, *family) ? name : name + ".bits()";
    Operand operand{"long", absl::StrCat("static_cast<long>(", bits, ")")};
    operand.extended = is_narrow(family->type);
    return ExpandedArgument{name, family->name, "", {operand}};
  }
  const bool narrow = narrowed || is_narrow(family->type);
  std::string type = narrowed ? "uint32_t" : scalar_type(family->type);
  std::string value = name + ".bits()";
  const bool is_enum = is_plain_enum(tables.flags.families, *family);
  if (is_enum || narrowed) {
    value = absl::StrCat("static_cast<", type, ">(", is_enum ? name : value, ")");
  }
  if (type == "uint64_t") {
    ExpandedArgument wide = expand_wide(abi, name, type, value);
    wide.parameter_type = family->name;
    return wide;
  }
  return ExpandedArgument{name, family->name, "", {{type, value, narrow}}};
}

}  // namespace

std::string scalar_type(std::string_view type) {
  static const auto& types = *new std::map<std::string, std::string, std::less<>>{
      {"u8", "uint8_t"},    {"u16", "uint16_t"},  {"u32", "uint32_t"},
      {"u64", "uint64_t"},  {"i8", "int8_t"},     {"i16", "int16_t"},
      {"i32", "int"},       {"i64", "int64_t"},   {"int", "int"},
      {"uint", "unsigned"}, {"long", "long"},     {"ulong", "unsigned long"},
      {"size", "size_t"},   {"pointer", "void*"}, {"const_pointer", "const void*"},
      {"char", "char"},
  };
  const auto found = types.find(type);
  return found == types.end() ? "" : found->second;
}

const Family* find_family(const Tables& tables, std::string_view name) {
  for (const Family& family : tables.flags.families) {
    if (!family.name.empty() && family.name == name) return &family;
  }
  return nullptr;
}

std::string lacking_struct(const Tables& tables, const Abi& abi, const Call& call) {
  for (const Argument& argument : call.arguments) {
    std::string subject = parse_role(argument.type).subject;
    if (absl::StartsWith(subject, "const ")) subject = subject.substr(6);
    if (!is_struct(tables, subject)) continue;
    bool found = false;
    for (const Struct& type : tables.structs) {
      found = found || (type.name == subject && abi_matches(abi, type.abis));
    }
    if (!found) return subject;
  }
  return "";
}

bool is_struct(const Tables& tables, std::string_view name) {
  for (const Struct& type : tables.structs) {
    if (type.name == name) return true;
  }
  return false;
}

absl::StatusOr<ExpandedArgument> expand_argument(const Tables& tables, const Abi& abi,
                                                 const Location& location,
                                                 const Argument& argument) {
  const Role role = parse_role(argument.type);
  std::optional<ExpandedArgument> expanded = expand_memory(role, argument.name);
  if (!expanded) expanded = expand_view(role, argument.name);
  if (!expanded) expanded = expand_plain(abi, role, argument.name);
  if (!expanded) expanded = expand_family(tables, abi, role, argument.name);
  if (!expanded) {
    return complain(location, argument.name, " has the unknown type \"", argument.type, "\"");
  }
  expanded->fallback = argument.fallback;
  return *expanded;
}

absl::StatusOr<std::string> return_type(const Tables& tables, const Call& call) {
  static const auto& types = *new std::map<std::string, std::string>{
      {"void", "void"},     {"int", "int"},   {"long", "long"},     {"size", "size_t"},
      {"fd", "Fd"},         {"pid", "Pid"},   {"Uid", "Uid"},       {"Gid", "Gid"},
      {"pointer", "void*"}, {"noreturn", ""}, {"closed", "Closed"},
  };
  if (const auto type = types.find(call.returns); type != types.end()) return type->second;
  if (find_family(tables, call.returns) != nullptr) return call.returns;
  return complain(call.location, call.name, " returns the unknown kind \"", call.returns, "\"");
}

}  // namespace syscalls_gen
