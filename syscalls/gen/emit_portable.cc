// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "syscalls/gen/emit.h"

namespace syscalls_gen {

namespace {

// True if some row of calls.tbl gives the ABI a call of that name.
bool name_exists(const Tables& tables, const Abi& abi, const std::string& name) {
  for (const Call& call : tables.calls) {
    if (call.name == name && call_exists(tables, abi, call)) return true;
  }
  return false;
}

std::string forward(const std::string& call, const std::vector<ExpandedArgument>& arguments) {
  std::vector<std::string> names;
  for (const ExpandedArgument& argument : arguments) {
    if (!argument.parameter_type.empty()) names.push_back(argument.name);
  }
  return absl::StrCat("  return sys::", call, "(", absl::StrJoin(names, ", "), ");\n");
}

absl::StatusOr<std::string> emit_verb(const Tables& tables, const Abi& abi,
                                      const PortableVerb& verb) {
  std::vector<ExpandedArgument> arguments;
  for (const Argument& argument : verb.call.arguments) {
    auto expanded = expand_argument(tables, abi, verb.call.location, argument);
    if (!expanded.ok()) return expanded.status();
    arguments.push_back(*expanded);
  }
  const auto type = return_type(tables, verb.call);
  if (!type.ok()) return type.status();
  const std::string returns = verb.call.infallible ? *type : absl::StrCat("Result<", *type, ">");
  for (const PortableWay& way : verb.ways) {
    if (!name_exists(tables, abi, way.call)) continue;
    std::string body;
    for (const std::string& line : way.body) absl::StrAppend(&body, "  ", line, "\n");
    if (body.empty()) body = forward(way.call, arguments);
    const std::string head =
        absl::StrCat("[[gnu::always_inline]] inline ", returns, " ", verb.call.name);
    return absl::StrCat("// ", verb.call.text, ".\n// By ", way.call, "(2) here.\n",
                        wrap_signature(head, parameter_list(arguments, true)), body, "}\n\n");
  }
  return complain(verb.call.location, verb.call.name, " has no way on ", abi.name);
}

// set_handler, with the code that returns from a handler where the kernel has none of its own.
std::string emit_handlers(const Tables& tables, const Abi& abi) {
  std::string text;
  if (!abi.restorer.empty()) {
    const int number = numbers_of(tables, abi).at("rt_sigreturn");
    const std::vector<std::string> lines =
        absl::StrSplit(absl::StrReplaceAll(abi.restorer, {{"NUMBER", absl::StrCat(number)}}), "; ");
    absl::StrAppend(&text, "// Returns from a signal's handler; not to be called.\n",
                    "[[gnu::naked]] inline void return_from_handler() {\n  asm volatile(\"",
                    absl::StrJoin(lines, "\\n\\t"), "\");\n}\n\n");
  }
  absl::StrAppend(&text, "// Makes a function what a signal does, in an action for rt_sigaction.\n",
                  "inline void set_handler(Sigaction& action, void (*handler)(int)) {\n",
                  "  action.handler = reinterpret_cast<void*>(handler);\n");
  if (!abi.restorer.empty()) {
    absl::StrAppend(&text, "  action.restorer = reinterpret_cast<void*>(return_from_handler);\n",
                    "  action.flags |= kSA_RESTORER;\n");
  }
  return absl::StrCat(text, "}\n\n");
}

}  // namespace

absl::StatusOr<std::string> emit_portable(const Tables& tables, const Abi& abi) {
  std::string text = file_head("table/portable.tbl for " + abi.name);
  for (const Topic& topic : tables.topics) {
    absl::StrAppend(&text, "#include \"syscalls/", abi.name, "/", topic.name, ".h\"\n");
  }
  absl::StrAppend(&text, "\n// One spelling for calls that differ between ABIs by history alone.\n",
                  "namespace sys::portable {\n\n");
  for (const PortableVerb& verb : tables.portable) {
    auto code = emit_verb(tables, abi, verb);
    if (!code.ok()) return code.status();
    absl::StrAppend(&text, *code);
  }
  absl::StrAppend(&text, emit_handlers(tables, abi), "}  // namespace sys::portable\n");
  return text;
}

}  // namespace syscalls_gen
