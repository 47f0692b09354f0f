// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "syscalls/gen/emit.h"

namespace syscalls_gen {

namespace {

// Puts the operands of clone into the ABI's order; each argument fills one register.
absl::Status reorder(const Abi& abi, const Call& call, std::vector<ExpandedArgument>& arguments) {
  if (!call.clone_order) return absl::OkStatus();
  std::vector<ExpandedArgument> ordered;
  for (const std::string& name : abi.clone_order) {
    for (const ExpandedArgument& argument : arguments) {
      if (argument.name == name) ordered.push_back(argument);
    }
  }
  if (ordered.size() != arguments.size()) {
    return complain(call.location, call.name, " lacks an argument of the ABI's clone order");
  }
  arguments = std::move(ordered);
  return absl::OkStatus();
}

// Where the ABI wants the arguments in memory: an array, and its address as the only operand.
std::string pack(std::vector<Operand>& operands) {
  std::vector<std::string> values;
  for (const Operand& operand : operands) {
    values.push_back(absl::StrCat("(unsigned long)", operand.expression));
  }
  operands = {{"const unsigned long*", "packed"}};
  return absl::StrCat("  const unsigned long packed[] = {", absl::StrJoin(values, ", "), "};\n");
}

std::string wrap_result(const Call& call, const std::string& type) {
  if (type.empty()) return "";
  if (!call.infallible) return absl::StrCat("  return Result<", type, ">::from_raw(result);\n");
  if (type == "void") return "  (void)result;\n";
  return absl::StrCat("  return detail::ReturnKind<", type, ">::value(result);\n");
}

absl::StatusOr<std::string> emit_call(const Tables& tables, const Abi& abi, const Call& call) {
  std::vector<ExpandedArgument> arguments;
  for (const Argument& argument : call.arguments) {
    auto expanded = expand_argument(tables, abi, call.location, argument);
    if (!expanded.ok()) return expanded.status();
    arguments.push_back(*expanded);
  }
  const auto type = return_type(tables, call);
  if (!type.ok()) return type.status();
  std::vector<ExpandedArgument> ordered = arguments;
  if (auto status = reorder(abi, call, ordered); !status.ok()) return status;
  std::vector<Operand> operands;
  for (const ExpandedArgument& argument : ordered) {
    operands.insert(operands.end(), argument.operands.begin(), argument.operands.end());
  }
  std::string body;
  if (!call.by_pointer_abis.empty() && abi_matches(abi, call.by_pointer_abis)) {
    body = pack(operands);
  }
  if (operands.size() > abi.arguments.size()) {
    return complain(call.location, call.name, " takes more registers than ", abi.name, " has");
  }
  const int number = numbers_of(tables, abi).at(call.name);
  absl::StrAppend(&body, emit_instruction(abi, absl::StrCat(number), operands, !type->empty()),
                  wrap_result(call, *type));
  std::string returns = absl::StrCat("Result<", *type, ">");
  if (call.infallible) returns = *type;
  if (type->empty()) returns = "void";
  const std::string head = absl::StrCat("[[", type->empty() ? "noreturn, " : "",
                                        "gnu::always_inline]] inline ", returns, " ", call.name);
  return absl::StrCat(call_comment(call), wrap_signature(head, parameter_list(arguments, true)),
                      body, "}\n\n");
}

}  // namespace

std::string call_comment(const Call& call) {
  const std::string since =
      call.since == "2.6" ? std::string("") : absl::StrCat("Since Linux ", call.since, ". ");
  return absl::StrCat("// ", call.text, ".\n// ", since, "Manual: ", call.name, "(2).\n");
}

std::string wrap_signature(const std::string& head, const std::string& parameters) {
  constexpr size_t kColumns = 100;
  std::string line = absl::StrCat(head, "(", parameters, ") {\n");
  if (line.size() <= kColumns + 1) return line;
  std::string text = absl::StrCat(head, "(\n");
  line = "   ";
  for (std::string_view parameter : absl::StrSplit(parameters, ", ")) {
    if (line.size() + parameter.size() + 5 > kColumns) {
      absl::StrAppend(&text, line, "\n");
      line = "   ";
    }
    absl::StrAppend(&line, " ", parameter, ",");
  }
  line.pop_back();
  return absl::StrCat(text, line, ") {\n");
}

std::string parameter_list(const std::vector<ExpandedArgument>& arguments, bool with_fallbacks) {
  std::vector<std::string> parameters;
  for (const ExpandedArgument& argument : arguments) {
    if (argument.parameter_type.empty()) continue;
    std::string text = absl::StrCat(argument.parameter_type, " ", argument.name);
    if (with_fallbacks && !argument.fallback.empty()) {
      absl::StrAppend(&text, " = ", argument.fallback);
    }
    parameters.push_back(text);
  }
  return absl::StrJoin(parameters, ", ");
}

bool call_exists(const Tables& tables, const Abi& abi, const Call& call) {
  for (const UntypedCall& untyped : tables.untyped) {
    if (untyped.name == call.name && abi_matches(abi, untyped.abis)) return false;
  }
  return abi_matches(abi, call.abis) && numbers_of(tables, abi).contains(call.name) &&
         lacking_struct(tables, abi, call).empty();
}

absl::StatusOr<std::string> emit_topic(const Tables& tables, const Abi& abi,
                                       const std::string& topic) {
  std::string text = file_head("table/calls for " + abi.name);
  // What a call failed with has to have a name wherever the call has one.
  absl::StrAppend(&text, "#include \"syscalls/", abi.name, "/errno.h\"  // IWYU pragma: export\n",
                  include_part(abi, "types", topic), "#include \"syscalls/sys/cstr.h\"\n",
                  "#include \"syscalls/sys/result.h\"\n",
                  "#include \"syscalls/sys/span.h\"\n\nnamespace sys {\n\n");
  for (const Call& call : tables.calls) {
    if (call.topic != topic || !call_exists(tables, abi, call)) continue;
    auto code = emit_call(tables, abi, call);
    if (!code.ok()) return code.status();
    absl::StrAppend(&text, *code);
  }
  absl::StrAppend(&text, "}  // namespace sys\n");
  return text;
}

}  // namespace syscalls_gen
