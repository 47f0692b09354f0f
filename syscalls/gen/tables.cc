// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/tables.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "syscalls/gen/source.h"

namespace syscalls_gen {

namespace {

std::string base_name(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

// Stores a parsed table, or passes its complaint on.
template <typename T, typename Target>
absl::Status store(absl::StatusOr<T> parsed, Target& target) {
  if (!parsed.ok()) return parsed.status();
  target = *std::move(parsed);
  return absl::OkStatus();
}

absl::Status load_one(const std::string& path, Tables& tables) {
  const auto text = read_file(path);
  if (!text.ok()) return text.status();
  const std::string name = base_name(path);
  if (absl::EndsWith(name, ".abi")) {
    return store(parse_abi(path, *text), tables.abis.emplace_back());
  }
  if (absl::StrContains(path, "numbers/")) {
    auto numbers = parse_numbers(path, *text);
    if (!numbers.ok()) return numbers.status();
    const std::string abi = numbers->abi;
    return store(std::move(numbers), tables.numbers[abi]);
  }
  if (name == "calls.tbl") return store(parse_calls(path, *text), tables.calls);
  if (name == "portable.tbl") return store(parse_portable(path, *text), tables.portable);
  if (name == "flags.tbl") return store(parse_flags(path, *text), tables.flags);
  if (name == "errno.tbl") return store(parse_flags(path, *text), tables.errors);
  if (name == "structs.tbl") return store(parse_structs(path, *text), tables.structs);
  return absl::InvalidArgumentError(absl::StrCat(path, ":1: not a table that is known"));
}

}  // namespace

absl::StatusOr<NumberTable> parse_numbers(std::string_view file, std::string_view text) {
  NumberTable table;
  const std::string name = base_name(std::string(file));
  table.abi = name.substr(0, name.rfind('.'));
  std::map<int, std::string> names;
  for (const Row& row : split_rows(file, text)) {
    const std::vector<std::string> words = split_words(row.text);
    int number = 0;
    if (words.size() != 2 || !absl::SimpleAtoi(words[1], &number) || number < 0) {
      return complain(row.location, "a row is: NAME NUMBER");
    }
    if (!table.numbers.emplace(words[0], number).second) {
      return complain(row.location, words[0], " is here twice");
    }
    const auto [other, added] = names.emplace(number, words[0]);
    if (!added) {
      return complain(row.location, words[0], " has the number of ", other->second);
    }
  }
  return table;
}

absl::Status load_unchecked(const std::vector<std::string>& paths, Tables& tables) {
  for (const std::string& path : paths) {
    if (auto status = load_one(path, tables); !status.ok()) return status;
  }
  std::sort(tables.abis.begin(), tables.abis.end(),
            [](const Abi& a, const Abi& b) { return a.name < b.name; });
  return absl::OkStatus();
}

absl::StatusOr<Tables> load_tables(const std::vector<std::string>& paths) {
  Tables tables;
  if (auto status = load_unchecked(paths, tables); !status.ok()) return status;
  if (auto status = check_tables(tables); !status.ok()) return status;
  return tables;
}

}  // namespace syscalls_gen
