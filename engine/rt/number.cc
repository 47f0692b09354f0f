// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/number.h"

namespace nosc {
namespace {

std::optional<uint64_t> parse_digits(std::string_view text, unsigned base, uint64_t maximum) {
  if (text.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    const unsigned digit = static_cast<unsigned char>(c) - unsigned{'0'};
    if (digit >= base) return std::nullopt;
    // Both bases fit: 8 and 10 shift a value below 2^60 without losing a bit.
    if (value >> 60 != 0) {
      const uint64_t ceiling = base == 10 ? UINT64_MAX / 10 : UINT64_MAX / 8;
      if (value > ceiling || (value == ceiling && base == 10 && digit > UINT64_MAX % 10)) {
        return std::nullopt;
      }
    }
    value = value * base + digit;
  }
  if (value > maximum) return std::nullopt;
  return value;
}

}  // namespace

std::optional<uint64_t> parse_decimal(std::string_view text, uint64_t maximum) {
  return parse_digits(text, 10, maximum);
}

std::optional<uint64_t> parse_octal(std::string_view text, uint64_t maximum) {
  return parse_digits(text, 8, maximum);
}

uint32_t divide_by_ten(uint64_t& value) {
  // Long division in base 65536: each step stays within 32 bits.
  uint64_t quotient = 0;
  uint32_t remainder = 0;
  for (int shift = 48; shift >= 0; shift -= 16) {
    const uint32_t part = (remainder << 16) | static_cast<uint32_t>((value >> shift) & 0xffff);
    quotient |= static_cast<uint64_t>(part / 10) << shift;
    remainder = part % 10;
  }
  value = quotient;
  return remainder;
}

}  // namespace nosc
