// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace nosc::host {

// Names of numbers that run from 0 without a gap, in their order, each with a NUL behind it: a
// third of what a table of pointers takes, and the number is counted instead of stored.
//
// A table is written as a list of rows in any order and packed while compiling:
//   constexpr NameRow kRows[] = {{sys::kCAP_CHOWN, "CHOWN"}, ...};
//   constexpr auto kPacked = pack_names<packed_bytes(kRows)>(kRows);
template <typename Number>
struct NameRow {
  Number number;
  std::string_view name;
};

template <typename Number, size_t kCount>
consteval size_t packed_bytes(const NameRow<Number> (&rows)[kCount]) {
  size_t bytes = 0;
  for (const NameRow<Number>& row : rows) bytes += row.name.size() + 1;
  return bytes;
}

template <size_t kBytes, typename Number, size_t kCount>
consteval std::array<char, kBytes> pack_names(const NameRow<Number> (&rows)[kCount]) {
  std::array<char, kBytes> packed{};
  size_t end = 0;
  for (size_t number = 0; number < kCount; ++number) {
    const size_t begin = end;
    for (const NameRow<Number>& row : rows) {
      if (static_cast<size_t>(row.number) != number) continue;
      for (const char c : row.name) packed[end++] = c;
      ++end;
    }
    if (begin == end) std::unreachable();  // a number is missing: this does not compile
  }
  return packed;
}

// The number of a name that is in the table behind a prefix ("CAP_"); -1 for any other.
int find_number(std::span<const char> packed, std::string_view prefix, std::string_view name);

}  // namespace nosc::host
