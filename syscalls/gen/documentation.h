// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/source.h"

namespace syscalls_gen {

// A row of topics.tbl: a header, a file of calls/ and a page of the reference.
struct Topic {
  Location location;
  std::string name;
  std::string title;
  std::string introduction;  // Markdown, paragraphs apart by an empty line
};

// A name in a row of arguments.tbl: what an argument means, in one call or in all of them.
struct Meaning {
  Location location;
  std::string call;  // empty for all
  std::string argument;
  std::string text;
};

// A row of errors.tbl: when calls end in some errors, or why they don't.
struct CallErrors {
  Location location;
  std::vector<std::string> calls;
  std::vector<std::string> errors;
  bool never = false;  // what their arguments look like does not end in these errors
  std::string text;
};

// Reads topics.tbl.
absl::StatusOr<std::vector<Topic>> parse_topics(std::string_view file, std::string_view text);

// Reads arguments.tbl.
absl::StatusOr<std::vector<Meaning>> parse_meanings(std::string_view file, std::string_view text);

// Reads errors.tbl.
absl::StatusOr<std::vector<CallErrors>> parse_call_errors(std::string_view file,
                                                          std::string_view text);

struct Tables;
struct Call;
struct Argument;

// What an argument of a call means; null where nothing says it.
const Meaning* find_meaning(const Tables& tables, const Call& call, const Argument& argument);

// Complains about topics that are none, arguments without a meaning and meanings without an
// argument, and errors of what is no call or no error.
absl::Status check_documentation(const Tables& tables);

}  // namespace syscalls_gen
