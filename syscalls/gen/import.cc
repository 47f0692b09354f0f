// SPDX-License-Identifier: Apache-2.0
//
// Imports numbers, constants and layouts from the kernel's headers into the tables.
//
//   import --headers=DIR --origin="linux-libc-dev 7.3.4 sha256:..." syscalls/abi/*.abi ...
//
// DIR holds an unpacked linux-libc-dev of a release that keeps every architecture's headers in one
// package. Names stay as the tables have them; values and the lists of numbers are rewritten, and
// what is new, gone or changed is printed. With --check nothing is written, and the exit status is
// 1 if there is any difference.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "syscalls/gen/differences.h"
#include "syscalls/gen/facts.h"

ABSL_FLAG(bool, check, false, "compare and write nothing");
ABSL_FLAG(std::string, clang, "clang-19", "compiler that is asked");
ABSL_FLAG(std::string, headers, "", "folder with include/ and lib/linux/uapi/");
ABSL_FLAG(std::string, origin, "", "package, version and hash of the headers");
ABSL_FLAG(std::string, libc_include, "", "flags that lead to the libc's headers");
ABSL_FLAG(std::string, table, "syscalls/table", "folder to write to");

namespace syscalls_gen {
namespace {

// One constant's value on every ABI that has it.
using Values = std::map<std::string, uint64_t>;

int width_of(const std::string& type, const Abi& abi) {
  if (absl::EndsWith(type, "8")) return 8;
  if (absl::EndsWith(type, "16")) return 16;
  if (absl::EndsWith(type, "64")) return 64;
  if (type == "ulong" || type == "long") return abi.word_bits;
  return 32;
}

bool is_signed(const std::string& type) { return type[0] == 'i' || type == "long"; }

// The value as a table writes it: sets in hex, the rest in decimal unless that is unreadable.
std::string spell(uint64_t bits, const Family& family, const Abi& abi) {
  const int width = width_of(family.type, abi);
  const uint64_t mask = width == 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1;
  if (family.type == "BorrowedFd" ||
      (is_signed(family.type) && family.kind != FamilyKind::kFlags)) {
    return absl::StrFormat("%d", static_cast<int64_t>(bits));
  }
  const bool small = (bits & mask) < 1024 && family.kind != FamilyKind::kFlags;
  return small ? absl::StrCat(bits & mask) : absl::StrFormat("0x%x", bits & mask);
}

// The ABIs of each group of kin.
std::map<std::string, std::vector<std::string>> kin_of(const Tables& tables) {
  std::map<std::string, std::vector<std::string>> groups;
  for (const Abi& abi : tables.abis) {
    for (const std::string& kin : abi.kin) groups[kin].push_back(abi.name);
  }
  return groups;
}

// A row's values: the commonest first, then the kin and the ABIs that differ.
std::string spell_all(const Tables& tables, const Family& family, const Values& values) {
  std::map<std::string, int> votes;
  std::map<std::string, std::string> spelled;
  for (const Abi& abi : tables.abis) {
    const auto value = values.find(abi.name);
    const std::string text = value == values.end() ? "-" : spell(value->second, family, abi);
    spelled[abi.name] = text;
    ++votes[text];
  }
  std::string general;
  for (const auto& [text, count] : votes) {
    if (general.empty() || count > votes[general]) general = text;
  }
  std::string result = general;
  for (const auto& [kin, members] : kin_of(tables)) {
    const std::string text = spelled[members[0]];
    bool same = members.size() > 1 && text != general;
    for (const std::string& member : members) same = same && spelled[member] == text;
    if (!same) continue;
    absl::StrAppend(&result, " ", kin, "=", text);
    for (const std::string& member : members) spelled[member] = general;
  }
  for (const Abi& abi : tables.abis) {
    if (spelled[abi.name] != general)
      absl::StrAppend(&result, " ", abi.name, "=", spelled[abi.name]);
  }
  return result;
}

// Rewrites the value columns of one table of flags; rows with hand-written overrides from libc keep
// those.
std::string rewrite_flags(const Tables& tables, const std::string& path, const std::string& old,
                          const std::map<std::string, Facts>& facts, const Facts& libc) {
  std::map<int, std::string> rows;
  for (const Family& family : tables.flags.families) {
    if (family.location.file != path) continue;
    for (const Constant& constant : family.constants) {
      Values values;
      for (const Abi& abi : tables.abis) {
        const Facts& source = constant.from_libc ? libc : facts.at(abi.name);
        const auto fact = source.find("const " + constant.name);
        const ConstantValue& own = value_on(constant, abi);
        const bool overridden = &own != &constant.general && constant.from_libc;
        const bool left_out = &own != &constant.general && own.kind == ConstantValue::Kind::kAbsent;
        if (overridden) values[abi.name] = own.bits;
        if (fact != source.end() && !overridden && !left_out) values[abi.name] = fact->second;
      }
      if (values.empty()) fprintf(stderr, "%s: nowhere in the headers\n", constant.name.c_str());
      rows[constant.location.line] =
          absl::StrCat("  ", constant.name, " ", spell_all(tables, family, values));
    }
  }
  std::string text;
  int line_number = 0;
  for (std::string_view line : absl::StrSplit(old, '\n')) {
    const auto row = rows.find(++line_number);
    absl::StrAppend(&text, row == rows.end() ? line : row->second, "\n");
  }
  while (absl::EndsWith(text, "\n\n")) text.pop_back();
  return text;
}

std::string format_errors(const Tables& tables, const std::map<std::string, Facts>& facts) {
  std::map<std::string, Values> errors;
  for (const auto& [abi, known] : facts) {
    for (const auto& [key, value] : known) {
      if (absl::StartsWith(key, "const E") && value > 0 && value < 4096 &&
          key.find('_') == std::string::npos && !absl::StartsWith(key, "const EPOLL") &&
          !absl::StartsWith(key, "const ECHO")) {
        errors[key.substr(6)][abi] = value;
      }
    }
  }
  std::vector<std::pair<uint64_t, std::string>> names;
  for (const auto& [name, values] : errors) names.emplace_back(values.begin()->second, name);
  std::sort(names.begin(), names.end());
  std::string text =
      "# SPDX-License-Identifier: Apache-2.0\n"
      "# Error numbers, in the grammar of flags.tbl. Imported from the kernel's headers.\n\n"
      "constants i32 | error numbers\n";
  for (const auto& [value, name] : names) {
    Family family;
    family.type = "i32";
    absl::StrAppend(&text, "  ", name, " ", spell_all(tables, family, errors[name]), "\n");
  }
  return text;
}

std::string format_numbers(const Facts& facts, std::string_view origin) {
  std::vector<std::pair<uint64_t, std::string>> numbers;
  for (const auto& [key, value] : facts) {
    if (absl::StartsWith(key, "nr ")) numbers.emplace_back(value, key.substr(3));
  }
  std::sort(numbers.begin(), numbers.end());
  std::string text = absl::StrCat(
      "# SPDX-License-Identifier: Apache-2.0\n"
      "# Numbers of one ABI, NAME NUMBER in each row. Imported; not edited.\n# ",
      origin, "\n");
  for (const auto& [number, name] : numbers) absl::StrAppend(&text, name, " ", number, "\n");
  return text;
}

// Writes a file and says so where its rows have changed.
void write(const std::string& path, const std::string& text) {
  const auto old = read_file(path);
  if (old.ok() && *old == text) return;
  std::ofstream(path, std::ios::binary) << text;
  printf("%s: %s\n", path.c_str(), old.ok() ? "changed" : "new");
}

std::string facts_path(const std::string& abi) {
  return absl::StrCat(absl::GetFlag(FLAGS_table), "/headers/", abi, ".facts");
}

// What the last import has left.
std::map<std::string, Facts> read_older(const std::map<std::string, Facts>& newer) {
  std::map<std::string, Facts> older;
  for (const auto& [abi, unused] : newer) {
    const auto text = read_file(facts_path(abi));
    if (!text.ok()) continue;
    if (auto facts = parse_facts(facts_path(abi), *text); facts.ok()) older[abi] = *facts;
  }
  return older;
}

absl::StatusOr<std::map<std::string, Facts>> probe_all(const HeaderSource& source,
                                                       const Tables& tables) {
  std::map<std::string, Facts> facts;
  for (const Abi& abi : tables.abis) {
    auto known = probe_headers(source, tables, abi);
    if (!known.ok()) return known.status();
    facts[abi.name] = *known;
  }
  for (const NumberAbi& abi : tables.number_abis) {
    auto known = probe_numbers(source, abi);
    if (!known.ok()) return known.status();
    facts[abi.name] = *known;
  }
  return facts;
}

// The facts of the ABIs with a convention, whose constants the tables of flags have.
std::map<std::string, Facts> with_convention(const Tables& tables,
                                             const std::map<std::string, Facts>& facts) {
  std::map<std::string, Facts> result;
  for (const Abi& abi : tables.abis) result[abi.name] = facts.at(abi.name);
  return result;
}

absl::Status write_all(const Tables& tables, const std::map<std::string, Facts>& facts,
                       const Facts& libc) {
  const std::string folder = absl::GetFlag(FLAGS_table);
  const std::string origin = absl::GetFlag(FLAGS_origin);
  std::set<std::string> without_numbers;
  for (const Abi& abi : tables.abis) {
    if (!abi.numbers.empty()) without_numbers.insert(abi.name);
  }
  for (const auto& [abi, known] : facts) {
    write(facts_path(abi), format_facts(known, origin));
    if (without_numbers.contains(abi)) continue;
    write(absl::StrCat(folder, "/numbers/", abi, ".tbl"), format_numbers(known, origin));
  }
  const std::map<std::string, Facts> full = with_convention(tables, facts);
  std::set<std::string> paths;
  for (const Family& family : tables.flags.families) paths.insert(family.location.file);
  for (const std::string& path : paths) {
    const auto old = read_file(path);
    if (!old.ok()) return old.status();
    write(path, rewrite_flags(tables, path, *old, full, libc));
  }
  write(folder + "/errno.tbl", format_errors(tables, full));
  return absl::OkStatus();
}

// Imports, or compares alone; true if anything differs from the last import.
absl::StatusOr<bool> import(const std::vector<std::string>& paths) {
  Tables tables;
  if (auto status = load_unchecked(paths, tables); !status.ok()) return status;
  const HeaderSource source{absl::GetFlag(FLAGS_clang), absl::GetFlag(FLAGS_headers),
                            absl::GetFlag(FLAGS_libc_include)};
  const auto facts = probe_all(source, tables);
  if (!facts.ok()) return facts.status();
  const std::string report = differences(read_older(*facts), *facts);
  printf("%s", report.empty() ? "no difference\n" : report.c_str());
  if (absl::GetFlag(FLAGS_check)) return !report.empty();
  const auto libc = probe_libc(source, tables);
  if (!libc.ok()) return libc.status();
  if (auto status = write_all(tables, *facts, *libc); !status.ok()) return status;
  return !report.empty();
}

}  // namespace
}  // namespace syscalls_gen

int main(int argc, char** argv) {
  const std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  const auto differs =
      syscalls_gen::import(std::vector<std::string>(arguments.begin() + 1, arguments.end()));
  if (differs.ok()) return *differs && absl::GetFlag(FLAGS_check) ? 1 : 0;
  fprintf(stderr, "%s\n", std::string(differs.status().message()).c_str());
  return 2;
}
