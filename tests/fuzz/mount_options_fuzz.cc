// SPDX-License-Identifier: Apache-2.0
// Sorts any list of mount options, one for each comma, and checks what every result promises.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "engine/mounts/options.h"
#include "engine/rt/testing.h"

namespace {

using nosc::mounts::MountOptions;

void check(bool is_true) {
  if (!is_true) __builtin_trap();
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  for (;;) {
    const size_t comma = text.find(',');
    words.push_back(text.substr(0, comma));
    if (comma == text.npos) return words;
    text.remove_prefix(comma + 1);
  }
}

void check_options(const MountOptions& options, const std::vector<std::string_view>& words) {
  check(!(options.set & options.cleared));
  check(!(options.recursive_set & options.recursive_cleared));
  // What is for the file system are words of the list, whole and in its order.
  const std::string_view data = options.data;
  size_t next = 0;
  if (!data.empty()) {
    for (const std::string_view word : split(data)) {
      while (next != words.size() && words[next] != word) ++next;
      check(next++ != words.size());
    }
  }
  // The same list behind itself says nothing else, but twice to the file system.
  std::vector<std::string_view> doubled = words;
  doubled.insert(doubled.end(), words.begin(), words.end());
  nosc::Arena arena;
  const MountOptions again = nosc::mounts::parse_options(doubled, {}, arena);
  check(again.set == options.set && again.cleared == options.cleared);
  check(again.recursive_set == options.recursive_set);
  check(again.recursive_cleared == options.recursive_cleared);
  check(again.propagation == options.propagation && again.binding == options.binding);
  check(std::strlen(again.data) == (data.empty() ? 0 : 2 * data.size() + 1));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // The configuration's strings have no NUL in them.
  std::string text(reinterpret_cast<const char*>(data), size);
  for (char& c : text) c = c == '\0' ? ',' : c;
  const auto words = split(text);
  nosc::Arena arena;
  const auto options =
      nosc::outcome_of([&] { return nosc::mounts::parse_options(words, {"/mounts", 3}, arena); });
  if (options.ok()) {
    check_options(*options, words);
  } else {
    nosc::BufferWriter<1024> message;
    nosc::write_error(message, options.error());
    check(message.view().starts_with("nosc: /mounts/3") || message.view().starts_with("/mounts/3"));
  }
  return 0;
}
