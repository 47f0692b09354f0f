// SPDX-License-Identifier: Apache-2.0
// libc++'s headers, compiled and run without a libc.
#include <stddef.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <charconv>
#include <concepts>
#include <expected>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "toolchains/checks/start.h"

namespace {

int failures = 0;

void put(std::string_view text) { check_write(1, text.data(), text.size()); }

void check(std::string_view name, bool holds) {
  failures += !holds;
  put(holds ? "ok " : "not ok ");
  put(name);
  put(holds ? "\n" : ": does not hold\n");
}

std::expected<int, char> half(int number) {
  if (number % 2) return std::unexpected('o');
  return number / 2;
}

}  // namespace

[[gnu::used]] void check_main(const long* stack) {
  const int argc = static_cast<int>(stack[0]);
  check("arguments", argc == 1);

  std::array<std::string_view, 3> words = {"gamma", "alpha", "beta"};
  std::sort(words.begin(), words.end(), [](auto a, auto b) { return a < b; });
  check("sort", words[0] == "alpha" && words[2] == "gamma");

  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), -1234 * argc);
  check("to_chars", std::string_view(digits.data(), end.ptr) == "-1234");

  int parsed = 0;
  std::from_chars(digits.data(), end.ptr, parsed);
  check("from_chars", parsed == -1234);

  check("expected", half(4 * argc).value_or(0) == 2 && half(3 * argc).error() == 'o');
  check("bit", std::countr_zero(8u * static_cast<unsigned>(argc)) == 3);

  std::optional<std::span<const std::string_view>> tail;
  check("optional", !tail);
  tail = std::span(words).subspan(1);
  check("span", tail && tail->size() == 2 && tail->front() == "beta");
  check_exit(failures ? 1 : 0);
}
