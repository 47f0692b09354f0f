// SPDX-License-Identifier: Apache-2.0
// The smallest program that proves a freestanding toolchain: libc++'s headers, link and start.
#include <stddef.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

extern "C" long check_write(int fd, const char* data, size_t size);
extern "C" [[noreturn]] void check_exit(int status);

namespace {

void put(std::string_view text) { check_write(1, text.data(), text.size()); }

void put(long number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  put({digits.data(), static_cast<size_t>(end.ptr - digits.data())});
}

}  // namespace

extern "C" [[noreturn, gnu::used]] void check_main(const long* stack) {
  const std::array<std::string_view, 3> words = {"gamma", "alpha", "beta"};
  std::array<std::string_view, 3> sorted = words;
  std::sort(sorted.begin(), sorted.end(), [](auto a, auto b) { return a < b; });
  for (size_t i = 0; i < sorted.size(); i++) {
    put(static_cast<long>(i + 1) * stack[0]);
    put(sorted[i]);
    put(i + 1 < sorted.size() ? " " : "\n");
  }
  check_exit(0);
}
