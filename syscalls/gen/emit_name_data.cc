// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "syscalls/gen/emit.h"

namespace syscalls_gen {

namespace {

constexpr size_t kLineBytes = 100;
constexpr int kAbsent = 0xffff;

// "arm_oabi" as "kArm_oabi": where two digits meet, an underscore has to stay.
std::string enumerator(const std::string& abi) {
  std::string name = absl::StrCat("k", abi);
  name[1] = absl::ascii_toupper(name[1]);
  return name;
}

// What all numbers of an ABI have in common: the mark of x32, the first number of mips.
int base_of(const NumberTable& table) {
  int least = table.numbers.begin()->second;
  for (const auto& [name, number] : table.numbers) least = std::min(least, number);
  return least < 0x100 ? 0 : least;
}

void append_item(std::string& text, size_t& line_start, const std::string& item) {
  if (text.size() - line_start + item.size() > kLineBytes) {
    text += "\n    ";
    line_start = text.size() - 4;
  }
  text += item;
}

std::string emit_numbers_of(const NumberTable& table, const std::set<std::string>& names) {
  const int base = base_of(table);
  std::string text = absl::StrCat("    // ", table.abi, "\n    {");
  size_t line_start = text.size() - 5;
  for (const std::string& name : names) {
    const auto number = table.numbers.find(name);
    const bool absent = number == table.numbers.end();
    append_item(text, line_start, absl::StrCat(absent ? kAbsent : number->second - base, ","));
  }
  return text + "},\n";
}

}  // namespace

std::string emit_name_data(const Tables& tables) {
  std::set<std::string> names;
  size_t longest = 0;
  std::string abis;
  std::vector<std::string> all;
  std::string bases;
  std::string numbers;
  for (const auto& [abi, table] : tables.numbers) {
    for (const auto& [name, number] : table.numbers) {
      names.insert(name);
      longest = std::max(longest, name.size());
    }
  }
  for (const auto& [abi, table] : tables.numbers) {
    absl::StrAppend(&abis, "  ", enumerator(abi), ",\n");
    all.push_back("AbiId::" + enumerator(abi));
    absl::StrAppend(&bases, "    ", base_of(table), ",  // ", abi, "\n");
    numbers += emit_numbers_of(table, names);
  }
  std::string text = file_head("table/numbers/");
  absl::StrAppend(
      &text, "#include <stdint.h>\n\nnamespace sys {\n\n",
      "// The ABIs whose calls have numbers here.\n"
      "// NOLINTBEGIN(readability-identifier-naming): x86_64 has two numbers in its name\n"
      "enum class AbiId : uint8_t {\n",
      abis,
      "};\n// NOLINTEND(readability-identifier-naming)\n\n// Read while compiling: none of it is "
      "linked (sys/names.h).\n",
      "namespace detail::name_data {\n\n");
  absl::StrAppend(&text, "inline constexpr unsigned kAbis = ", tables.numbers.size(),
                  ";\ninline constexpr unsigned kNames = ", names.size(),
                  ";\ninline constexpr unsigned kLongestName = ", longest,
                  ";\ninline constexpr uint16_t kAbsent = ", kAbsent, ";\n\n");
  absl::StrAppend(&text, "// In the order of their bytes, each ended by a NUL.\n",
                  "inline constexpr char kText[] =\n");
  for (const std::string& name : names) absl::StrAppend(&text, "    \"", name, "\\0\"\n");
  text.back() = ';';
  absl::StrAppend(&text, "\n\n// What is added to the numbers of an ABI.\n",
                  "inline constexpr int kBases[kAbis] = {\n", bases, "};\n\n",
                  "// By ABI and name.\ninline constexpr uint16_t kNumbers[kAbis][kNames] = {\n",
                  numbers,
                  "};\n\ntemplate <template <AbiId...> typename Table>\nusing WithAllAbis = Table<",
                  absl::StrJoin(all, ",\n                          "),
                  ">;\n\n}  // namespace detail::name_data\n\n}  // namespace sys\n");
  return text;
}

}  // namespace syscalls_gen
