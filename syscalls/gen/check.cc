// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/check.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "syscalls/gen/argument_types.h"
#include "syscalls/gen/homes.h"
#include "syscalls/gen/tables.h"

namespace syscalls_gen {

namespace {

// Names that the generated bodies use themselves.
bool is_reserved(const std::string& name) {
  return name == "nr" || name == "result" || name == "failed" || name == "packed" ||
         (name.size() == 3 && absl::StartsWith(name, "in") && absl::ascii_isdigit(name[2]));
}

// The location that an ABI as a whole is complained about at.
Location place_of(const Abi& abi) { return {absl::StrCat("abi/", abi.name, ".abi"), 1}; }

absl::Status check_numbers(const Tables& tables, const Abi& abi) {
  if (!abi.numbers.empty() && tables.numbers.contains(abi.name)) {
    return complain(place_of(abi), abi.name, " has numbers of its own and those of ", abi.numbers);
  }
  if (!tables.numbers.contains(abi.numbers.empty() ? abi.name : abi.numbers)) {
    return complain(place_of(abi), abi.name, " has no numbers");
  }
  if (!numbers_of(tables, abi).contains("close")) {
    return complain(place_of(abi), abi.name, " has no number for close");
  }
  return absl::OkStatus();
}

absl::Status check_abis(const Tables& tables) {
  std::set<std::string> names;
  for (const Abi& abi : tables.abis) {
    if (!names.insert(abi.name).second) {
      return complain(place_of(abi), abi.name, " is described twice");
    }
    if (auto status = check_numbers(tables, abi); !status.ok()) return status;
  }
  for (const NumberAbi& abi : tables.number_abis) {
    if (!names.insert(abi.name).second) {
      return complain(abi.location, abi.name, " has a convention: it needs no row here");
    }
    if (!tables.numbers.contains(abi.name)) {
      return complain(abi.location, abi.name, " has no numbers");
    }
  }
  for (const auto& [name, numbers] : tables.numbers) {
    if (!names.contains(name)) {
      return complain({absl::StrCat("numbers/", name, ".tbl"), 1}, name,
                      " has no convention and no row in abis.tbl");
    }
  }
  return absl::OkStatus();
}

bool is_abi_or_group(const Tables& tables, std::string_view name) {
  if (name == "32" || name == "64") return true;
  for (const Abi& abi : tables.abis) {
    if (abi.name == name || std::find(abi.kin.begin(), abi.kin.end(), name) != abi.kin.end()) {
      return true;
    }
  }
  for (const NumberAbi& abi : tables.number_abis) {
    if (abi.name == name) return true;
  }
  return false;
}

// Complains about the first name of a list that is none of an ABI.
absl::Status check_list(const Tables& tables, const Location& location, std::string_view list) {
  for (std::string_view name : absl::StrSplit(list, ',', absl::SkipEmpty())) {
    absl::ConsumePrefix(&name, "!");
    if (!is_abi_or_group(tables, name)) return complain(location, "\"", name, "\" is no ABI");
  }
  return absl::OkStatus();
}

absl::Status check_lists(const Tables& tables) {
  for (const Call& call : tables.calls) {
    const std::string lists = absl::StrCat(call.abis, ",", call.by_pointer_abis);
    if (auto status = check_list(tables, call.location, lists); !status.ok()) return status;
  }
  for (const UntypedCall& call : tables.untyped) {
    if (auto status = check_list(tables, call.location, call.abis); !status.ok()) return status;
  }
  for (const Struct& type : tables.structs) {
    const std::string lists = absl::StrCat(type.abis, ",", type.packed_abis);
    if (auto status = check_list(tables, type.location, lists); !status.ok()) return status;
    for (const Field& field : type.fields) {
      if (auto status = check_list(tables, field.location, field.abis); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status check_constant(const Tables& tables, const Constant& constant) {
  if (constant.general.kind == ConstantValue::Kind::kUnknown) {
    return complain(constant.location, constant.name, " has no value yet: import it");
  }
  for (const auto& [name, value] : constant.overrides) {
    if (auto status = check_list(tables, constant.location, name); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// Complains about a topic that has no file of calls.
absl::Status check_topic(const Tables& tables, const Location& location, const std::string& topic) {
  if (topic.empty() || topic == kShared) return absl::OkStatus();
  for (const Topic& known : tables.topics) {
    if (known.name == topic) return absl::OkStatus();
  }
  return complain(location, "\"", topic, "\" is no topic");
}

absl::Status check_families(const Tables& tables, const FlagTable& table) {
  std::set<std::string> names;
  std::set<std::string> constants;
  for (const Family& family : table.families) {
    if (auto status = check_topic(tables, family.location, family.topic); !status.ok()) {
      return status;
    }
    if (!family.name.empty() && !names.insert(family.name).second) {
      return complain(family.location, family.name, " is a family already");
    }
    if (scalar_type(family.type).empty() && family.type != "BorrowedFd") {
      return complain(family.location, "unknown type \"", family.type, "\"");
    }
    for (const std::string& other : family.accepts) {
      if (find_family(tables, other) == nullptr) {
        return complain(family.location, "\"", other, "\" is no family");
      }
    }
    for (const Constant& constant : family.constants) {
      if (!constants.insert(constant.name).second) {
        return complain(constant.location, constant.name, " is a constant already");
      }
      if (auto status = check_constant(tables, constant); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status check_structs(const Tables& tables) {
  for (const Struct& type : tables.structs) {
    if (auto status = check_topic(tables, type.location, type.topic); !status.ok()) return status;
  }
  for (const Abi& abi : tables.abis) {
    std::set<std::string> names;
    for (const Struct& type : tables.structs) {
      if (!abi_matches(abi, type.abis)) continue;
      if (!names.insert(type.name).second) {
        return complain(type.location, type.name, " is defined twice for ", abi.name);
      }
    }
  }
  return absl::OkStatus();
}

// Complains about a role of memory whose struct or number nothing defines.
absl::Status check_subject(const Tables& tables, const Location& location,
                           const Argument& argument) {
  static const auto& known = *new std::set<std::string, std::less<>>{
      "int",      "unsigned", "long", "unsigned long", "size_t", "uint16_t", "uint32_t",
      "uint64_t", "int64_t",  "Uid",  "Gid",           "Pid",    "FdPair",   "char",
  };
  const size_t open = argument.type.find('<');
  if (open == std::string::npos) return absl::OkStatus();
  std::string_view role = std::string_view(argument.type).substr(0, open);
  absl::ConsumeSuffix(&role, "?");
  static const auto& roles = *new std::set<std::string, std::less<>>{
      "in", "out", "inout", "span", "count_first", "sizeof"};
  if (!roles.contains(role)) return absl::OkStatus();
  std::string_view subject = std::string_view(argument.type).substr(open + 1);
  absl::ConsumeSuffix(&subject, ">");
  absl::ConsumePrefix(&subject, "const ");
  if (known.contains(subject) || is_struct(tables, subject)) return absl::OkStatus();
  return complain(location, argument.name, " is of the unknown struct or type \"", subject, "\"");
}

absl::Status check_arguments(const Tables& tables, const Abi& abi, const Call& call) {
  std::set<std::string> names;
  for (const Argument& argument : call.arguments) {
    if (is_reserved(argument.name) || argument.name == call.name ||
        !names.insert(argument.name).second) {
      return complain(call.location, "an argument cannot be called \"", argument.name, "\" here");
    }
    auto expanded = expand_argument(tables, abi, call.location, argument);
    if (!expanded.ok()) return expanded.status();
    if (auto status = check_subject(tables, call.location, argument); !status.ok()) return status;
  }
  return return_type(tables, call).status();
}

// Complains about a row that an ABI has already, with arguments of the same types.
absl::Status check_overloads(const Tables& tables, const Abi& abi) {
  std::set<std::string> rows;
  for (const Call& call : tables.calls) {
    if (!abi_matches(abi, call.abis)) continue;
    std::string row = call.name;
    for (const Argument& argument : call.arguments) absl::StrAppend(&row, " ", argument.type);
    if (!rows.insert(row).second) return complain(call.location, call.name, " is here twice");
  }
  return absl::OkStatus();
}

absl::Status check_calls(const Tables& tables) {
  for (const Call& call : tables.calls) {
    bool numbered = false;
    for (const Abi& abi : tables.abis) {
      if (auto status = check_arguments(tables, abi, call); !status.ok()) return status;
      numbered = numbered || numbers_of(tables, abi).contains(call.name);
    }
    for (const NumberAbi& abi : tables.number_abis) {
      numbered = numbered || tables.numbers.at(abi.name).numbers.contains(call.name);
    }
    if (!numbered) return complain(call.location, "no ABI has a call ", call.name);
  }
  for (const Abi& abi : tables.abis) {
    if (auto status = check_overloads(tables, abi); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status check_portable(const Tables& tables) {
  std::set<std::string> known;
  for (const Call& call : tables.calls) known.insert(call.name);
  for (const PortableVerb& verb : tables.portable) {
    for (const PortableWay& way : verb.ways) {
      if (!known.contains(way.call)) {
        return complain(way.location, "the tables have no call ", way.call);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status check_tables(const Tables& tables) {
  if (auto status = check_abis(tables); !status.ok()) return status;
  if (auto status = check_families(tables, tables.flags); !status.ok()) return status;
  if (auto status = check_families(tables, tables.errors); !status.ok()) return status;
  if (auto status = check_lists(tables); !status.ok()) return status;
  if (auto status = check_structs(tables); !status.ok()) return status;
  if (auto status = check_calls(tables); !status.ok()) return status;
  if (auto status = check_shown(tables); !status.ok()) return status;
  if (auto status = check_error_messages(tables); !status.ok()) return status;
  if (auto status = check_portable(tables); !status.ok()) return status;
  return check_documentation(tables);
}

}  // namespace syscalls_gen
