// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "syscalls/gen/argument_types.h"
#include "syscalls/gen/check.h"

namespace syscalls_gen {

namespace {

bool has_constant(const Family& family, std::string_view name) {
  return std::any_of(family.constants.begin(), family.constants.end(),
                     [&](const Constant& constant) { return constant.name == name; });
}

// True if an unnamed family has the constant.
bool is_plain_constant(const Tables& tables, std::string_view name) {
  return std::any_of(
      tables.flags.families.begin(), tables.flags.families.end(),
      [&](const Family& family) { return family.name.empty() && has_constant(family, name); });
}

bool is_known_type(const Tables& tables, std::string_view type) {
  static const std::set<std::string_view> plain{"none",  "cstr",      "int",     "fd",
                                                "octal", "file_mode", "address", "clone_flags"};
  std::string_view inner = type;
  if (absl::ConsumeSuffix(&inner, ">")) {
    if (absl::ConsumePrefix(&inner, "one_of<")) return is_plain_constant(tables, inner);
    return (absl::ConsumePrefix(&inner, "in<") || absl::ConsumePrefix(&inner, "out<")) &&
           is_struct(tables, inner);
  }
  return plain.contains(type) || find_family(tables, type) != nullptr;
}

// True if a call has the argument, or a family among its arguments that has the constant.
bool is_part_of_call(const Tables& tables, const Call& call, const std::string& what) {
  for (const Argument& argument : call.arguments) {
    const Family* const family = find_family(tables, argument.type);
    if (argument.name == what || (family != nullptr && has_constant(*family, what))) return true;
  }
  return false;
}

bool is_owned(const Tables& tables, const Shown& shown) {
  for (const Call& call : tables.calls) {
    if (call.name == shown.owner && is_part_of_call(tables, call, shown.what)) return true;
  }
  for (const Struct& type : tables.structs) {
    if (type.name != shown.owner) continue;
    for (const Field& field : type.fields) {
      if (field.name == shown.what) return true;
    }
  }
  return false;
}

}  // namespace

absl::Status check_shown(const Tables& tables) {
  for (const Shown& shown : tables.shown) {
    if (!is_owned(tables, shown)) {
      return complain(shown.location, shown.owner, " has no ", shown.what);
    }
    if (!is_known_type(tables, shown.type)) {
      return complain(shown.location, "unknown type \"", shown.type, "\"");
    }
  }
  return absl::OkStatus();
}

absl::Status check_error_messages(const Tables& tables) {
  std::set<std::string> explained;
  for (const ErrorMessage& message : tables.error_messages) explained.insert(message.name);
  std::set<std::string> known;
  for (const Family& family : tables.errors.families) {
    for (const Constant& constant : family.constants) {
      known.insert(constant.name);
      if (!tables.error_messages.empty() && !explained.contains(constant.name)) {
        return complain(constant.location, constant.name, " has no row in errno_messages.tbl");
      }
    }
  }
  for (const ErrorMessage& message : tables.error_messages) {
    if (!known.contains(message.name)) {
      return complain(message.location, message.name, " is no error of errno.tbl");
    }
  }
  return absl::OkStatus();
}

}  // namespace syscalls_gen
