// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <vector>

#include "absl/strings/str_format.h"
#include "syscalls/gen/emit.h"

namespace syscalls_gen {

namespace {

// Errors from here on are too far apart for a dense list of names.
constexpr uint64_t kDenseErrors = 256;

// A function from an error to a text.
std::string emit_look_up(const std::string& comment, const std::string& function,
                         const std::map<uint64_t, std::string>& names) {
  std::string dense;
  std::string sparse;
  uint64_t next = 0;
  for (const auto& [value, name] : names) {
    if (value >= kDenseErrors) {
      absl::StrAppendFormat(&sparse, "  if (error.value() == %d) return \"%s\";\n", value, name);
      continue;
    }
    for (; next < value; ++next) absl::StrAppend(&dense, "\\0");
    absl::StrAppend(&dense, "\"\n      \"", name);
  }
  return absl::StrCat(
      comment, "inline const char* ", function,
      "(Errno error) {\n"
      "  // Texts in the order of their numbers, each ended by a NUL; unused numbers are empty.\n"
      "  static constexpr char kNames[] =\n      \"",
      dense, "\";\n", sparse,
      "  const char* name = kNames;\n"
      "  for (int left = error.value(); left > 0; --left) {\n"
      "    while (*name != '\\0') ++name;\n"
      "    if (++name >= kNames + sizeof kNames) return \"?\";\n"
      "  }\n"
      "  return *name != '\\0' ? name : \"?\";\n"
      "}\n\n");
}

std::string emit_names(const std::map<uint64_t, std::string>& names) {
  return emit_look_up("// The kernel's name of an error: \"ENOENT\"; \"?\" if it has none.\n",
                      "errno_name", names);
}

}  // namespace

std::string emit_error_messages(const Tables& tables, const Abi& abi) {
  std::map<std::string, std::string> texts;
  for (const ErrorMessage& message : tables.error_messages) texts[message.name] = message.text;
  std::map<uint64_t, std::string> messages;
  for (const Family& family : tables.errors.families) {
    for (const Constant& constant : family.constants) {
      const ConstantValue& value = value_on(constant, abi);
      if (value.kind == ConstantValue::Kind::kKnown && texts.contains(constant.name)) {
        messages.emplace(value.bits, texts.at(constant.name));
      }
    }
  }
  return absl::StrCat(
      file_head("table/errno_messages.tbl for " + abi.name),
      "#include \"syscalls/sys/errno.h\"\n\nnamespace sys {\n\n",
      emit_look_up("// What an error means: \"No such file or directory\"; \"?\" if it is none.\n",
                   "errno_message", messages),
      "}  // namespace sys\n");
}

std::string emit_numbers(const Tables& tables, const Abi& abi) {
  std::string text = file_head("table/numbers/" + abi.name + ".tbl");
  absl::StrAppend(&text, "// Numbers of the system calls, by the kernel's names.\n",
                  "namespace sys::nr {\n\n");
  std::map<int, std::string> ordered;
  for (const auto& [name, number] : numbers_of(tables, abi)) ordered[number] = name;
  for (const auto& [number, name] : ordered) {
    absl::StrAppendFormat(&text, "inline constexpr int k%s = %d;\n", name, number);
  }
  absl::StrAppend(&text, "\n}  // namespace sys::nr\n");
  return text;
}

std::string emit_errors(const Tables& tables, const Abi& abi) {
  std::string text = file_head("table/errno.tbl for " + abi.name);
  absl::StrAppend(&text, "#include \"syscalls/sys/errno.h\"\n\nnamespace sys {\n\n");
  std::map<uint64_t, std::string> names;
  for (const Family& family : tables.errors.families) {
    for (const Constant& constant : family.constants) {
      const ConstantValue& value = value_on(constant, abi);
      if (value.kind != ConstantValue::Kind::kKnown) continue;
      absl::StrAppendFormat(&text, "inline constexpr Errno k%s{%d};\n", constant.name, value.bits);
      names.emplace(value.bits, constant.name);
    }
  }
  absl::StrAppend(&text, "\n", emit_names(names), "}  // namespace sys\n");
  return text;
}

}  // namespace syscalls_gen
