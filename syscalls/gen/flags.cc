// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/flags.h"

#include <algorithm>
#include <bit>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace syscalls_gen {

namespace {

absl::StatusOr<ConstantValue> parse_value(const Location& location, const std::string& text) {
  ConstantValue value;
  value.spelling = text;
  if (text == "?") return value;
  if (text == "-") {
    value.kind = ConstantValue::Kind::kAbsent;
    return value;
  }
  value.kind = ConstantValue::Kind::kKnown;
  std::string_view digits = text;
  if (absl::ConsumePrefix(&digits, "0x")) {
    if (absl::SimpleHexAtoi(digits, &value.bits)) return value;
  } else if (int64_t number = 0; absl::SimpleAtoi(text, &number)) {
    value.bits = static_cast<uint64_t>(number);
    return value;
  } else if (absl::SimpleAtoi(text, &value.bits)) {
    return value;
  }
  return complain(location, "\"", text, "\" is not a value");
}

absl::StatusOr<Family> parse_family(const Row& row, const std::vector<std::string>& words) {
  Family family;
  family.location = row.location;
  const size_t bar = row.text.find('|');
  if (bar == std::string::npos) return complain(row.location, "a family needs \"| what it is\"");
  family.text = std::string(absl::StripAsciiWhitespace(row.text.substr(bar + 1)));
  size_t next = 1;
  if (words[0] == "flags" || words[0] == "enum") {
    family.kind = words[0] == "flags" ? FamilyKind::kFlags : FamilyKind::kEnum;
    family.name = words[next++];
  }
  family.type = words[next++];
  if (words.size() > next + 1 && words[next] == "accepts") {
    family.accepts = absl::StrSplit(words[next + 1], ',');
    next += 2;
  }
  if (words.size() <= next || words[next] != "|") {
    return complain(row.location, "a family is: flags|enum NAME TYPE [accepts A,B] | text");
  }
  return family;
}

absl::StatusOr<Constant> parse_constant(const Row& row, const std::vector<std::string>& words) {
  Constant constant;
  constant.location = row.location;
  constant.name = words[0];
  if (words.size() < 2) return complain(row.location, words[0], " has no value");
  auto general = parse_value(row.location, words[1]);
  if (!general.ok()) return general.status();
  constant.general = *general;
  for (size_t i = 2; i < words.size(); ++i) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(words[i], '=');
    auto value = parse_value(row.location, parts.second);
    if (!value.ok()) return value.status();
    constant.overrides.emplace_back(parts.first, *value);
  }
  return constant;
}

// "subset NAME of FAMILY | text", of a family that stands above.
absl::StatusOr<Family> parse_subset(const Row& row, const std::vector<std::string>& words,
                                    const FlagTable& table) {
  if (words.size() < 6 || words[2] != "of" || words[4] != "|") {
    return complain(row.location, "a subset is: subset NAME of FAMILY | text");
  }
  for (const Family& whole : table.families) {
    const bool is_set = whole.kind != FamilyKind::kConstants && whole.whole.empty();
    if (whole.name != words[3] || !is_set) continue;
    Family family;
    family.location = row.location;
    family.kind = whole.kind;
    family.name = words[1];
    family.type = whole.type;
    family.text = std::string(absl::StripAsciiWhitespace(row.text.substr(row.text.find('|') + 1)));
    family.whole = whole.name;
    return family;
  }
  return complain(row.location, "no set \"", words[3], "\" stands above in this file");
}

// A row of names below a subset.
absl::Status add_members(const Row& row, const std::vector<std::string>& words, FlagTable& table) {
  Family& subset = table.families.back();
  for (const std::string& word : words) {
    if (std::find(subset.members.begin(), subset.members.end(), word) != subset.members.end()) {
      return complain(row.location, word, " is here twice");
    }
    subset.members.push_back(word);
    const uint64_t bits = member_bits(table.families, subset);
    if (static_cast<size_t>(std::popcount(bits)) != subset.members.size()) {
      return complain(row.location, word, " is none of the first 64 of ", subset.whole);
    }
  }
  return absl::OkStatus();
}

// A constant of the last family, or a subset's row of names.
absl::Status add_indented(const Row& row, const std::vector<std::string>& words, bool from_libc,
                          absl::flat_hash_map<std::string, int>& seen, FlagTable& table) {
  if (table.families.empty()) return complain(row.location, "a constant without a family");
  if (!table.families.back().whole.empty()) return add_members(row, words, table);
  auto constant = parse_constant(row, words);
  if (!constant.ok()) return constant.status();
  constant->from_libc = from_libc;
  const auto [first, added] = seen.emplace(constant->name, row.location.line);
  if (!added) return complain(row.location, words[0], " is on line ", first->second, " already");
  table.families.back().constants.push_back(*constant);
  return absl::OkStatus();
}

void append(std::vector<std::string>& list, const std::vector<std::string>& words) {
  list.insert(list.end(), words.begin() + 1, words.end());
}

}  // namespace

absl::StatusOr<FlagTable> parse_flags(std::string_view file, std::string_view text) {
  FlagTable table;
  bool from_libc = false;
  std::string topic;
  absl::flat_hash_map<std::string, int> seen;
  for (const Row& row : split_rows(file, text)) {
    const std::vector<std::string> words = split_words(row.text);
    if (row.indented) {
      if (auto status = add_indented(row, words, from_libc, seen, table); !status.ok()) {
        return status;
      }
    } else if (words[0] == "headers") {
      append(table.headers, words);
    } else if (words[0] == "libc_headers") {
      append(table.libc_headers, words);
    } else if (words[0] == "from" && words.size() == 2) {
      from_libc = words[1] == "libc";
    } else if (words[0] == "topic" && words.size() == 2) {
      topic = words[1];
    } else if (words[0] == "subset") {
      auto family = parse_subset(row, words, table);
      if (!family.ok()) return family.status();
      table.families.push_back(*family);
      table.families.back().topic = topic;
    } else if ((words[0] == "flags" || words[0] == "enum" || words[0] == "constants") &&
               words.size() > 3) {
      auto family = parse_family(row, words);
      if (!family.ok()) return family.status();
      table.families.push_back(*family);
      table.families.back().topic = topic;
    } else {
      return complain(row.location, "\"", words[0], "\" begins no row of this table");
    }
  }
  return table;
}

bool has_subsets(const std::vector<Family>& families, const Family& family) {
  return !family.name.empty() &&
         std::any_of(families.begin(), families.end(),
                     [&](const Family& other) { return other.whole == family.name; });
}

bool is_plain_enum(const std::vector<Family>& families, const Family& family) {
  return family.kind == FamilyKind::kEnum && family.whole.empty() && !has_subsets(families, family);
}

uint64_t member_bits(const std::vector<Family>& families, const Family& family) {
  if (family.whole.empty()) return ~uint64_t{0};
  uint64_t bits = 0;
  for (const Family& whole : families) {
    if (whole.name != family.whole) continue;
    for (size_t i = 0; i < whole.constants.size() && i < 64; ++i) {
      const auto& names = family.members;
      const bool is_member =
          std::find(names.begin(), names.end(), whole.constants[i].name) != names.end();
      bits |= uint64_t{is_member} << i;
    }
  }
  return bits;
}

const ConstantValue& value_on(const Constant& constant, const Abi& abi) {
  std::vector<std::string> names = {abi.name};
  names.insert(names.end(), abi.kin.begin(), abi.kin.end());
  names.push_back(std::to_string(abi.word_bits));
  for (const std::string& wanted : names) {
    for (const auto& [name, value] : constant.overrides) {
      if (name == wanted) return value;
    }
  }
  return constant.general;
}

}  // namespace syscalls_gen
