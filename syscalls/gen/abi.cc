// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/abi.h"

#include <algorithm>
#include <functional>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace syscalls_gen {

namespace {

std::vector<std::string> words_of(const std::string& text) {
  return absl::StrSplit(text, ' ', absl::SkipEmpty());
}

// Keys whose value is kept as it stands.
std::map<std::string, std::string Abi::*> text_keys() {
  return {
      {"abi", &Abi::name},
      {"match", &Abi::match},
      {"target", &Abi::target},
      {"headers", &Abi::headers},
      {"unistd", &Abi::unistd},
      {"numbers", &Abi::numbers},
      {"instruction", &Abi::instruction},
      {"number", &Abi::number_register},
      {"number_saved_in", &Abi::number_saved_in},
      {"number_saved_when", &Abi::number_saved_when},
      {"stacked_argument", &Abi::stacked_argument},
      {"stacked_before", &Abi::stacked_before},
      {"stacked_after", &Abi::stacked_after},
      {"spill_before", &Abi::spill_before},
      {"restorer", &Abi::restorer},
      {"spill_after", &Abi::spill_after},
      {"result", &Abi::result_register},
  };
}

std::map<std::string, std::vector<std::string> Abi::*> list_keys() {
  return {
      {"kin", &Abi::kin},
      {"arguments", &Abi::arguments},
      {"narrow_arguments", &Abi::narrow_arguments},
      {"clobbers", &Abi::clobbers},
      {"clone", &Abi::clone_order},
  };
}

absl::Status set_convention(const Row& row, const std::string& key, const std::string& value,
                            Abi& abi) {
  if (key == "calls") {
    const std::vector<std::string> words = words_of(value);
    if (words.size() < 2) return complain(row.location, "calls is a file and its rows' tags");
    abi.kernel_table = {words[0], {words.begin() + 1, words.end()}};
  } else if (key == "word") {
    if (value != "32" && value != "64") return complain(row.location, "word is 32 or 64");
    abi.word_bits = value == "32" ? 32 : 64;
  } else if (key == "endian") {
    if (value != "little" && value != "big")
      return complain(row.location, "endian is little or big");
    abi.big_endian = value == "big";
  } else if (key == "pairs") {
    if (value != "aligned" && value != "packed" && value != "none") {
      return complain(row.location, "pairs is aligned, packed or none");
    }
    abi.aligned_pairs = value == "aligned";
  } else if (key == "spilled_from") {
    if (!absl::SimpleAtoi(value, &abi.spilled_from)) {
      return complain(row.location, "spilled_from is the place of an argument");
    }
  } else if (key == "sign") {
    if (value != "int" && value != "long") return complain(row.location, "sign is int or long");
    abi.sign_type = value;
  } else if (key == "error") {
    const std::vector<std::string> words = words_of(value);
    if (value == "negative") {
      abi.error = ErrorConvention::kNegative;
    } else if (value == "instruction") {
      abi.error = ErrorConvention::kInstruction;
    } else if (words.size() == 2 && words[0] == "register") {
      abi.error = ErrorConvention::kFlagRegister;
      abi.flag_register = words[1];
    } else {
      return complain(row.location, "error is negative, instruction or \"register NAME\"");
    }
  } else {
    return complain(row.location, "unknown key \"", key, "\"");
  }
  return absl::OkStatus();
}

absl::Status check(const Abi& abi, std::string_view file) {
  const Location end{std::string(file), 1};
  const std::pair<const char*, const std::string*> needed[] = {
      {"abi", &abi.name},
      {"match", &abi.match},
      {"target", &abi.target},
      {"headers", &abi.headers},
      {"unistd", &abi.unistd},
      {"instruction", &abi.instruction},
      {"number", &abi.number_register},
      {"result", &abi.result_register},
  };
  for (const auto& [key, value] : needed) {
    if (value->empty()) return complain(end, "the convention has no \"", key, "\"");
  }
  if (abi.word_bits == 0) return complain(end, "the convention has no \"word\"");
  if (abi.arguments.size() < 5) return complain(end, "the convention has no \"arguments\"");
  if (abi.clone_order.size() != 5) return complain(end, "the convention has no \"clone\" order");
  if (!abi.narrow_arguments.empty() && abi.narrow_arguments.size() != abi.arguments.size()) {
    return complain(end, "narrow_arguments names as many registers as arguments");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Abi> parse_abi(std::string_view file, std::string_view text) {
  Abi abi;
  const auto texts = text_keys();
  const auto lists = list_keys();
  for (const Row& row : split_rows(file, text)) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(row.text, absl::MaxSplits(' ', 1));
    const std::string value(absl::StripAsciiWhitespace(parts.second));
    if (const auto key = texts.find(parts.first); key != texts.end()) {
      abi.*(key->second) = value;
    } else if (const auto list = lists.find(parts.first); list != lists.end()) {
      abi.*(list->second) = words_of(value);
    } else if (absl::Status status = set_convention(row, parts.first, value, abi); !status.ok()) {
      return status;
    }
  }
  if (absl::Status status = check(abi, file); !status.ok()) return status;
  return abi;
}

absl::StatusOr<std::vector<NumberAbi>> parse_number_abis(std::string_view file,
                                                         std::string_view text) {
  std::vector<NumberAbi> abis;
  for (const Row& row : split_rows(file, text)) {
    const std::vector<std::string> columns = split_columns(row.text);
    if (columns.size() != 5) {
      return complain(row.location, "an ABI has 5 columns, this has ", columns.size());
    }
    for (const std::string& column : columns) {
      if (column.empty()) return complain(row.location, "an ABI has no empty column");
    }
    for (const NumberAbi& other : abis) {
      if (other.name == columns[0]) return complain(row.location, other.name, " is here twice");
    }
    abis.push_back({row.location, columns[0], columns[1], columns[2], columns[3], columns[4]});
  }
  return abis;
}

bool abi_matches(const Abi& abi, std::string_view list) {
  if (list.empty()) return true;
  bool named = false;
  bool wanted = true;
  for (std::string_view word : absl::StrSplit(list, ',')) {
    const bool inverted = absl::ConsumePrefix(&word, "!");
    const bool same = word == abi.name || word == std::to_string(abi.word_bits) ||
                      std::find(abi.kin.begin(), abi.kin.end(), word) != abi.kin.end();
    if (inverted && same) return false;
    if (inverted) continue;
    if (!named) wanted = false;
    named = true;
    if (same) wanted = true;
  }
  return wanted;
}

}  // namespace syscalls_gen
