// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "syscalls/gen/emit.h"

namespace syscalls_gen {

namespace {

// A function around one call: its parameters stand where the compiler passes what the kernel wants
// in the same place, so that what is left to do for the call is the call's own.
struct Around {
  std::vector<std::string> parameters;
  std::vector<std::string> kinds;  // of each register: see emit.h
};

bool has_size_first(const ExpandedArgument& argument) {
  return argument.operands.size() == 2 &&
         argument.operands[0].expression == argument.name + ".size()";
}

void add(const ExpandedArgument& argument, Around& around) {
  if (argument.parameter_type.empty()) {
    around.parameters.push_back("long");
    around.kinds.push_back("constant");
    return;
  }
  if (has_size_first(argument)) {
    around.parameters.push_back(absl::StrCat("size_t ", argument.name, "_size"));
    around.parameters.push_back(
        absl::StrCat(argument.operands[1].type, " ", argument.name, "_data"));
  } else {
    around.parameters.push_back(absl::StrCat(argument.parameter_type, " ", argument.name));
  }
  const bool wide = argument.parameter_type == "int" && argument.operands[0].type == "long";
  for (const Operand& operand : argument.operands) {
    const bool constant = operand.expression == "0";
    if (constant) around.parameters.push_back("long");
    around.kinds.push_back(constant           ? "constant"
                           : operand.extended ? "extended"
                           : wide             ? "wide"
                                              : "value");
  }
}

// The arguments in the kernel's order.
std::vector<ExpandedArgument> in_kernel_order(const Abi& abi, const Call& call,
                                              const std::vector<ExpandedArgument>& arguments) {
  if (!call.clone_order) return arguments;
  std::vector<ExpandedArgument> ordered;
  for (const std::string& name : abi.clone_order) {
    for (const ExpandedArgument& argument : arguments) {
      if (argument.name == name) ordered.push_back(argument);
    }
  }
  return ordered;
}

std::string forwarded(const std::vector<ExpandedArgument>& arguments) {
  std::vector<std::string> values;
  for (const ExpandedArgument& argument : arguments) {
    if (argument.parameter_type.empty()) continue;
    const std::string& name = argument.name;
    values.push_back(has_size_first(argument) ? absl::StrCat(argument.parameter_type, "(", name,
                                                             "_data, ", name, "_size)")
                                              : name);
  }
  return absl::StrJoin(values, ", ");
}

absl::Status emit_function(const Tables& tables, const Abi& abi, const Call& call,
                           const std::string& symbol, Codegen& out) {
  std::vector<ExpandedArgument> arguments;
  for (const Argument& argument : call.arguments) {
    auto expanded = expand_argument(tables, abi, call.location, argument);
    if (!expanded.ok()) return expanded.status();
    arguments.push_back(*expanded);
  }
  const auto type = return_type(tables, call);
  if (!type.ok()) return type.status();
  Around around;
  for (const ExpandedArgument& argument : in_kernel_order(abi, call, arguments)) {
    add(argument, around);
  }
  std::string returns = call.infallible ? *type : absl::StrCat("Result<", *type, ">");
  if (type->empty()) returns = "void";
  const std::string head =
      absl::StrCat(returns, " around_", symbol, "(", absl::StrJoin(around.parameters, ", "), ")");
  absl::StrAppend(&out.source, head, " asm(\"call_", symbol, "\");\n", head, " {\n  return ",
                  call.name, "(", forwarded(arguments), ");\n}\n");
  const bool bare =
      call.infallible && (*type == "Uid" || *type == "Gid" || *type == "Pid" || *type == "int");
  const char* ending = bare ? " returns_bare" : type->empty() ? " ends" : " returns";
  absl::StrAppend(&out.counts, symbol, ending, around.kinds.empty() ? "" : " ",
                  absl::StrJoin(around.kinds, " "), "\n");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Codegen> emit_codegen(const Tables& tables, const Abi& abi) {
  Codegen out;
  out.source = absl::StrCat(
      "// SPDX-License-Identifier: Apache-2.0\n// Generated from syscalls/table/calls for ",
      abi.name, "; not edited. One function around each call.\n#include \"syscalls/sys.h\"\n\n",
      "namespace sys {\n\n");
  std::map<std::string, int> rows;
  for (const Call& call : tables.calls) {
    if (!call_exists(tables, abi, call)) continue;
    const int row = ++rows[call.name];
    const std::string symbol = row == 1 ? call.name : absl::StrCat(call.name, "_row", row);
    if (auto status = emit_function(tables, abi, call, symbol, out); !status.ok()) return status;
  }
  absl::StrAppend(&out.source, "\n}  // namespace sys\n");
  return out;
}

}  // namespace syscalls_gen
