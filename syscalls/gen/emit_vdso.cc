// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "syscalls/gen/emit.h"

namespace syscalls_gen {

namespace {

// "clock_gettime" as "kClockGettime".
std::string constant_name(const std::string& function) {
  std::string name = "k";
  for (const std::string_view part : absl::StrSplit(function, '_')) {
    std::string word(part);
    if (!word.empty()) word[0] = absl::ascii_toupper(word[0]);
    absl::StrAppend(&name, word);
  }
  return name;
}

}  // namespace

std::string emit_vdso_names(const Tables& tables, const Abi& abi) {
  std::string text = file_head("table/vdso.tbl for " + abi.name);
  absl::StrAppend(&text,
                  "// What the vDSO of this ABI calls its functions; empty where it has none.\n"
                  "namespace sys::detail::vdso_names {\n\n");
  for (const auto& [function, symbols] : tables.vdso) {
    const auto symbol = symbols.find(abi.name);
    absl::StrAppend(&text, "inline constexpr char ", constant_name(function), "[] = \"",
                    symbol == symbols.end() ? "" : symbol->second, "\";\n");
  }
  return absl::StrCat(text, "\n}  // namespace sys::detail::vdso_names\n");
}

}  // namespace syscalls_gen
