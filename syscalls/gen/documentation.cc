// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/documentation.h"

#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "syscalls/gen/tables.h"

namespace syscalls_gen {

namespace {

absl::Status add_line(const Row& row, std::vector<Topic>& topics) {
  if (topics.empty()) return complain(row.location, "an introduction without a topic");
  std::string& text = topics.back().introduction;
  absl::StrAppend(&text, row.text == "." ? "" : row.text, "\n");
  return absl::OkStatus();
}

// Splits the names of a first column. False if one is empty.
bool split_names(const std::string& column, std::vector<std::string>& names) {
  for (std::string_view name : absl::StrSplit(column, ',')) {
    if (name.empty()) return false;
    names.emplace_back(name);
  }
  return true;
}

absl::Status check_topics(const Tables& tables) {
  std::set<std::string> known;
  for (const Topic& topic : tables.topics) known.insert(topic.name);
  std::set<std::string> used;
  for (const Call& call : tables.calls) {
    used.insert(call.topic);
    if (known.contains(call.topic)) continue;
    return complain(call.location, "topics.tbl has no topic \"", call.topic, "\"");
  }
  for (const Topic& topic : tables.topics) {
    if (!used.contains(topic.name)) return complain(topic.location, topic.name, " has no calls");
    if (topic.introduction.empty()) {
      return complain(topic.location, topic.name, " has no introduction");
    }
  }
  return absl::OkStatus();
}

// True for what takes a register and no parameter.
bool is_filled_in(const Argument& argument) {
  return absl::StartsWith(argument.type, "constant<") || absl::StartsWith(argument.type, "sizeof<");
}

absl::Status check_meanings(const Tables& tables) {
  std::set<const Meaning*> used;
  for (const Call& call : tables.calls) {
    for (const Argument& argument : call.arguments) {
      if (is_filled_in(argument)) continue;
      const Meaning* const meaning = find_meaning(tables, call, argument);
      if (meaning == nullptr) {
        return complain(call.location, call.name, ": ", argument.name,
                        " has no meaning in arguments.tbl");
      }
      used.insert(meaning);
    }
  }
  for (const Meaning& meaning : tables.meanings) {
    if (used.contains(&meaning)) continue;
    if (meaning.call.empty()) {
      return complain(meaning.location, "no call takes its meaning of ", meaning.argument,
                      " from here");
    }
    return complain(meaning.location, meaning.call, " has no argument ", meaning.argument);
  }
  return absl::OkStatus();
}

absl::Status check_errors(const Tables& tables) {
  std::set<std::string> calls;
  for (const Call& call : tables.calls) calls.insert(call.name);
  std::set<std::string> errors;
  for (const Family& family : tables.errors.families) {
    for (const Constant& constant : family.constants) errors.insert(constant.name);
  }
  std::map<std::string, int> lines;  // by call, error and words
  for (const CallErrors& row : tables.call_errors) {
    for (const std::string& error : row.errors) {
      if (!errors.contains(error)) {
        return complain(row.location, error, " is no error of errno.tbl");
      }
      for (const std::string& call : row.calls) {
        if (!calls.contains(call)) return complain(row.location, "the tables have no call ", call);
        const auto [other, added] =
            lines.emplace(absl::StrCat(call, "|", error, "|", row.text), row.location.line);
        if (added) continue;
        return complain(row.location, call, " has ", error, " with these words on line ",
                        other->second, " already");
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Topic>> parse_topics(std::string_view file, std::string_view text) {
  std::vector<Topic> topics;
  std::set<std::string> seen;
  for (const Row& row : split_rows(file, text)) {
    if (row.indented) {
      if (auto status = add_line(row, topics); !status.ok()) return status;
      continue;
    }
    const std::vector<std::string> columns = split_columns(row.text);
    if (columns.size() != 2 || columns[0].empty() || columns[1].empty()) {
      return complain(row.location, "a topic is: TOPIC | what it is about");
    }
    if (!seen.insert(columns[0]).second) {
      return complain(row.location, columns[0], " is here twice");
    }
    topics.push_back({row.location, columns[0], columns[1], ""});
  }
  return topics;
}

absl::StatusOr<std::vector<Meaning>> parse_meanings(std::string_view file, std::string_view text) {
  std::vector<Meaning> meanings;
  std::set<std::string> seen;
  for (const Row& row : split_rows(file, text)) {
    const std::vector<std::string> columns = split_columns(row.text);
    std::vector<std::string> names;
    if (columns.size() != 2 || columns[1].empty() || !split_names(columns[0], names)) {
      return complain(row.location, "a meaning is: NAME[,NAME...] | meaning");
    }
    for (const std::string& name : names) {
      if (!seen.insert(name).second) return complain(row.location, name, " is here twice");
      const size_t dot = name.find('.');
      const bool is_of_one = dot != std::string::npos;
      meanings.push_back({row.location, is_of_one ? name.substr(0, dot) : "",
                          is_of_one ? name.substr(dot + 1) : name, columns[1]});
    }
  }
  return meanings;
}

absl::StatusOr<std::vector<CallErrors>> parse_call_errors(std::string_view file,
                                                          std::string_view text) {
  std::vector<CallErrors> rows;
  for (const Row& row : split_rows(file, text)) {
    const std::vector<std::string> columns = split_columns(row.text);
    CallErrors errors;
    errors.location = row.location;
    bool is_whole = columns.size() == 3 && !columns[2].empty();
    if (is_whole) {
      std::string_view names = columns[1];
      errors.never = absl::ConsumePrefix(&names, "!");
      errors.text = columns[2];
      is_whole =
          split_names(columns[0], errors.calls) && split_names(std::string(names), errors.errors);
    }
    if (!is_whole) {
      return complain(row.location, "an error is: CALL[,CALL...] | [!]ERRNO[,ERRNO...] | when");
    }
    rows.push_back(std::move(errors));
  }
  return rows;
}

const Meaning* find_meaning(const Tables& tables, const Call& call, const Argument& argument) {
  const Meaning* found = nullptr;
  for (const Meaning& meaning : tables.meanings) {
    if (meaning.argument != argument.name) continue;
    if (meaning.call == call.name) return &meaning;
    if (meaning.call.empty()) found = &meaning;
  }
  return found;
}

absl::Status check_documentation(const Tables& tables) {
  if (auto status = check_topics(tables); !status.ok()) return status;
  if (auto status = check_meanings(tables); !status.ok()) return status;
  return check_errors(tables);
}

}  // namespace syscalls_gen
