// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/shares.h"

#include <bit>

namespace nosc::cgroups {
namespace {

constexpr unsigned kFractionBits = 27;

// The binary logarithm in fixed point, digit by digit: squaring doubles it.
// Pre: value is from 1 to 2^31.
uint64_t logarithm(uint32_t value) {
  const auto whole = static_cast<unsigned>(std::bit_width(value)) - 1;
  uint64_t result = whole;
  uint64_t mantissa = uint64_t{value} << (31 - whole);  // from 1 to 2, 31 bits behind the point
  for (unsigned i = 0; i < kFractionBits; ++i) {
    mantissa = mantissa * mantissa >> 31;
    const uint64_t digit = mantissa >> 32;
    mantissa >>= digit;
    result = result << 1 | digit;
  }
  return result;
}

// Whether a weight reaches the curve, with both sides multiplied until no division is left:
// 612 lg(weight) + 126 >= l^2 + 125 l.
bool reaches(uint32_t weight, uint64_t l) {
  constexpr uint64_t kDecimal = 323228496;   // the decimal logarithm of 2, 30 bits
  constexpr uint64_t kTolerance = 1U << 10;  // of what is left of the digits
  const uint64_t decimal = logarithm(weight) * kDecimal >> 30;
  const uint64_t curve = (l * l >> kFractionBits) + 125 * l;
  return 612 * decimal + (uint64_t{126} << kFractionBits) + kTolerance >= curve;
}

}  // namespace

uint32_t weight_of_shares(uint64_t shares) {
  constexpr uint32_t kMost = 10000;
  if (shares <= 2) return 1;
  if (shares >= 262144) return kMost;
  const uint64_t l = logarithm(static_cast<uint32_t>(shares));
  uint32_t low = 0;  // doesn't reach
  uint32_t high = kMost;
  while (high - low > 1) {
    const uint32_t middle = (low + high) / 2;
    (reaches(middle, l) ? high : low) = middle;
  }
  return high;
}

}  // namespace nosc::cgroups
