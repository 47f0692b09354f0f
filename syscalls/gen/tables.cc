// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/tables.h"

#include <algorithm>
#include <iterator>

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

template <typename T>
void append(std::vector<T>& list, std::vector<T> more) {
  list.insert(list.end(), std::make_move_iterator(more.begin()),
              std::make_move_iterator(more.end()));
}

// A row of calls is in calls.tbl or in any file of the folder calls/; flags and structs likewise.
bool is_part_of(const std::string& path, const std::string& table) {
  return base_name(path) == table + ".tbl" || absl::StrContains(path, "/" + table + "/");
}

absl::Status load_numbers(const std::string& path, const std::string& text, Tables& tables) {
  auto numbers = parse_numbers(path, text);
  if (!numbers.ok()) return numbers.status();
  const std::string abi = numbers->abi;
  return store(std::move(numbers), tables.numbers[abi]);
}

absl::Status load_calls(const std::string& path, const std::string& text, Tables& tables) {
  auto calls = parse_calls(path, text);
  if (!calls.ok()) return calls.status();
  append(tables.calls, *std::move(calls));
  return absl::OkStatus();
}

absl::Status load_flags(const std::string& path, const std::string& text, Tables& tables) {
  auto flags = parse_flags(path, text);
  if (!flags.ok()) return flags.status();
  append(tables.flags.headers, flags->headers);
  append(tables.flags.libc_headers, flags->libc_headers);
  append(tables.flags.families, flags->families);
  return absl::OkStatus();
}

absl::Status load_structs(const std::string& path, const std::string& text, Tables& tables) {
  auto structs = parse_structs(path, text);
  if (!structs.ok()) return structs.status();
  append(tables.structs, *std::move(structs));
  return absl::OkStatus();
}

absl::Status load_one(const std::string& path, Tables& tables) {
  const auto text = read_file(path);
  if (!text.ok()) return text.status();
  const std::string name = base_name(path);
  if (absl::EndsWith(name, ".abi")) {
    return store(parse_abi(path, *text), tables.abis.emplace_back());
  }
  if (absl::StrContains(path, "numbers/")) return load_numbers(path, *text, tables);
  if (is_part_of(path, "calls")) return load_calls(path, *text, tables);
  if (is_part_of(path, "flags")) return load_flags(path, *text, tables);
  if (is_part_of(path, "structs")) return load_structs(path, *text, tables);
  if (name == "abis.tbl") return store(parse_number_abis(path, *text), tables.number_abis);
  if (name == "untyped.tbl") return store(parse_untyped(path, *text), tables.untyped);
  if (name == "portable.tbl") return store(parse_portable(path, *text), tables.portable);
  if (name == "errno.tbl") return store(parse_flags(path, *text), tables.errors);
  if (name == "errno_messages.tbl") {
    return store(parse_error_messages(path, *text), tables.error_messages);
  }
  if (name == "shown.tbl") return store(parse_shown(path, *text), tables.shown);
  if (name == "topics.tbl") return store(parse_topics(path, *text), tables.topics);
  if (name == "arguments.tbl") return store(parse_meanings(path, *text), tables.meanings);
  if (name == "errors.tbl") return store(parse_call_errors(path, *text), tables.call_errors);
  if (name == "vdso.tbl") return store(parse_vdso(path, *text), tables.vdso);
  return absl::InvalidArgumentError(absl::StrCat(path, ":1: not a table that is known"));
}

}  // namespace

const std::map<std::string, int>& numbers_of(const Tables& tables, const Abi& abi) {
  return tables.numbers.at(abi.numbers.empty() ? abi.name : abi.numbers).numbers;
}

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

absl::Status load_unchecked(std::vector<std::string> paths, Tables& tables) {
  std::sort(paths.begin(), paths.end());
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
