// SPDX-License-Identifier: Apache-2.0
//
// Integer operations that 32-bit machines lack and that compilers call helpers for: division bit by
// bit, and shifts of 64-bit numbers by halves. Correct, small and slow: code that divides often
// should shift or multiply instead.
#pragma once

#include <stdint.h>

namespace sys {

template <typename Unsigned>
struct Division {
  Unsigned quotient;
  Unsigned remainder;
};

// Quotient and remainder of unsigned numbers. Division by zero gives all ones and the numerator.
template <typename Unsigned>
inline Division<Unsigned> divide(Unsigned numerator, Unsigned denominator) {
  // Shifts by one alone: a shift by a variable count is a helper call itself.
  constexpr Unsigned kTopBit = Unsigned{1} << (sizeof(Unsigned) * 8 - 1);
  Division<Unsigned> result = {0, 0};
  for (unsigned bit = 0; bit != sizeof(Unsigned) * 8; ++bit) {
    const bool carry = (result.remainder & kTopBit) != 0;
    result.remainder = (result.remainder << 1) | ((numerator & kTopBit) != 0 ? 1 : 0);
    result.quotient <<= 1;
    numerator <<= 1;
    if (carry || result.remainder >= denominator) {
      result.remainder -= denominator;
      result.quotient |= 1;
    }
  }
  return result;
}

// The same for signed numbers, whose results are kept as their bits: the quotient rounds toward
// zero and the remainder has the numerator's sign.
template <typename Unsigned>
inline Division<Unsigned> divide_signed(Unsigned numerator, Unsigned denominator) {
  constexpr Unsigned kTopBit = Unsigned{1} << (sizeof(Unsigned) * 8 - 1);
  const bool numerator_negative = (numerator & kTopBit) != 0;
  const bool denominator_negative = (denominator & kTopBit) != 0;
  Division<Unsigned> result =
      divide<Unsigned>(numerator_negative ? 0 - numerator : numerator,
                       denominator_negative ? 0 - denominator : denominator);
  if (numerator_negative != denominator_negative) {
    result.quotient = 0 - result.quotient;
  }
  if (numerator_negative) {
    result.remainder = 0 - result.remainder;
  }
  return result;
}

// Pre: count is from 0 to 63.
inline uint64_t shift_left(uint64_t value, uint32_t count) {
  const auto low = static_cast<uint32_t>(value);
  const auto high = static_cast<uint32_t>(value >> 32);
  if (count >= 32) {
    return static_cast<uint64_t>(low << (count - 32)) << 32;
  }
  // Two steps, because a shift of the low half by 32 - 0 would be undefined.
  const uint32_t carried = (low >> 1) >> (31 - count);
  return static_cast<uint64_t>((high << count) | carried) << 32 | (low << count);
}

// Which bits a right shift brings in at the top.
enum class ShiftFill { kZero, kSign };

// Pre: count is from 0 to 63.
inline uint64_t shift_right(uint64_t value, uint32_t count, ShiftFill fill) {
  const auto low = static_cast<uint32_t>(value);
  const auto high = static_cast<uint32_t>(value >> 32);
  const uint32_t top = fill == ShiftFill::kSign && (high >> 31) != 0 ? ~uint32_t{0} : 0;
  if (count >= 32) {
    const uint32_t left = count - 32;
    const uint32_t carried = (top << 1) << (31 - left);
    return static_cast<uint64_t>(top) << 32 | (high >> left) | carried;
  }
  const uint32_t from_high = (high << 1) << (31 - count);
  const uint32_t from_top = (top << 1) << (31 - count);
  return static_cast<uint64_t>((high >> count) | from_top) << 32 | (low >> count) | from_high;
}

}  // namespace sys
