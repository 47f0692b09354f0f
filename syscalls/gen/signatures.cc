// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/signatures.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace syscalls_gen {

namespace {

// The text without comments; strings with comment marks don't occur between entry points' brackets.
std::string without_comments(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const size_t start = std::min(text.find("/*"), text.find("//"));
    result.append(text.substr(0, start));
    if (start == std::string_view::npos) break;
    const bool block = text[start + 1] == '*';
    const size_t end = text.find(block ? "*/" : "\n", start);
    if (end == std::string_view::npos) break;
    text.remove_prefix(block ? end + 2 : end);
  }
  return result;
}

// What stands between the brackets of a macro, split at its commas.
std::vector<std::string> macro_arguments(std::string_view text) {
  const size_t end = text.find(')');
  if (end == std::string_view::npos) return {};
  std::vector<std::string> parts = absl::StrSplit(text.substr(0, end), ',');
  for (std::string& part : parts) absl::StripAsciiWhitespace(&part);
  return parts;
}

// True if the word that ends at `end` is a macro that defines a native entry point.
bool defines_native(std::string_view text, size_t end) {
  size_t start = end;
  while (start > 0 && (absl::ascii_isalnum(text[start - 1]) || text[start - 1] == '_')) --start;
  const std::string_view word = text.substr(start, end - start);
  const size_t line = text.rfind('\n', start);
  const std::string_view before =
      text.substr(line == std::string_view::npos ? 0 : line + 1, start - line - 1);
  return !absl::StartsWith(word, "COMPAT_") && !absl::StrContains(before, "define");
}

}  // namespace

std::string plain_type(std::string_view type) {
  std::string text(type);
  for (const char* word : {"__user", "__attribute_const__"}) {
    text = absl::StrReplaceAll(text, {{word, " "}});
  }
  text = absl::StrReplaceAll(text, {{"*", " * "}});
  const std::vector<std::string> words =
      absl::StrSplit(text, absl::ByAnyChar(" \t\n"), absl::SkipEmpty());
  return absl::StrReplaceAll(absl::StrJoin(words, " "), {{" * *", " **"}});
}

std::vector<EntryPoint> find_entry_points(std::string_view source) {
  constexpr std::string_view kMacro = "_DEFINE";
  const std::string text = without_comments(source);
  std::vector<EntryPoint> found;
  for (size_t at = text.find(kMacro); at != std::string::npos; at = text.find(kMacro, at + 1)) {
    const size_t digit = at + kMacro.size();
    if (digit + 1 >= text.size() || text[digit] < '0' || text[digit] > '6' ||
        text[digit + 1] != '(' ||
        !absl::StrContains(text.substr(at < 9 ? 0 : at - 9, 9), "SYSCALL") ||
        !defines_native(text, digit + 1)) {
      continue;
    }
    const std::vector<std::string> parts =
        macro_arguments(std::string_view(text).substr(digit + 2));
    const size_t count = static_cast<size_t>(text[digit] - '0');
    if (parts.size() != 1 + 2 * count) continue;
    EntryPoint entry{parts[0], {}};
    for (size_t i = 1; i < parts.size(); i += 2) {
      entry.arguments.push_back({plain_type(parts[i]), parts[i + 1]});
    }
    found.push_back(entry);
  }
  return found;
}

ArgumentClass class_of(std::string_view type) {
  static const auto& narrow = *new std::set<std::string, std::less<>>{
      "int",
      "unsigned int",
      "uint",
      "unsigned",
      "u32",
      "__u32",
      "__s32",
      "s32",
      "pid_t",
      "uid_t",
      "gid_t",
      "mode_t",
      "umode_t",
      "clockid_t",
      "timer_t",
      "key_t",
      "qid_t",
      "key_serial_t",
      "mqd_t",
      "rwf_t",
      "old_uid_t",
      "old_gid_t",
      "compat_size_t",
      "uint32_t",
      "int32_t",
      "u8",
      "short",
      "const clockid_t",
      "enum landlock_rule_type const",
      "const enum landlock_rule_type",
      "const int",
      "const __u32",
      "uid16_t",
      "old_mode_t",
      "char",
      "unsigned char",
      "unsigned short",
  };
  static const auto& wide =
      *new std::set<std::string, std::less<>>{"loff_t", "u64", "__u64", "uint64_t"};
  if (absl::StrContains(type, "*") || absl::EndsWith(type, "handler_t")) {
    return ArgumentClass::kPointer;
  }
  if (narrow.contains(type)) return ArgumentClass::kNarrow;
  return wide.contains(type) ? ArgumentClass::kWide : ArgumentClass::kWord;
}

std::string format_signatures(const Signatures& signatures, std::string_view origin) {
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> rows;
  for (const auto& [abi, calls] : signatures) {
    for (const auto& [name, arguments] : calls) {
      std::string text;
      for (const KernelArgument& argument : arguments) {
        absl::StrAppend(&text, " | ", argument.type, " ", argument.name);
      }
      rows[{name, text}].push_back(abi);
    }
  }
  std::string result = absl::StrCat(
      "# SPDX-License-Identifier: Apache-2.0\n"
      "# What the kernel's source declares: ABIS NAME | TYPE ARGUMENT... Imported; not edited.\n# ",
      origin, "\n");
  for (const auto& [row, abis] : rows) {
    absl::StrAppend(&result, absl::StrJoin(abis, ","), " ", row.first, row.second, "\n");
  }
  return result;
}

absl::StatusOr<Signatures> parse_signatures(std::string_view file, std::string_view text) {
  Signatures signatures;
  for (const Row& row : split_rows(file, text)) {
    const std::vector<std::string> columns = split_columns(row.text);
    const std::vector<std::string> head = split_words(columns[0]);
    if (head.size() != 2) return complain(row.location, "a signature begins with: ABIS NAME");
    KernelArguments arguments;
    for (size_t i = 1; i < columns.size(); ++i) {
      const size_t blank = columns[i].rfind(' ');
      if (blank == std::string::npos) {
        return complain(row.location, "\"", columns[i], "\" is not TYPE NAME");
      }
      arguments.push_back({columns[i].substr(0, blank), columns[i].substr(blank + 1)});
    }
    for (std::string_view abi : absl::StrSplit(head[0], ',')) {
      if (!signatures[std::string(abi)].emplace(head[1], arguments).second) {
        return complain(row.location, head[1], " of ", abi, " is here twice");
      }
    }
  }
  return signatures;
}

}  // namespace syscalls_gen
