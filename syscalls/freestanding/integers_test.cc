// SPDX-License-Identifier: Apache-2.0

#include "syscalls/freestanding/integers.h"

#include <gtest/gtest.h>

namespace {

constexpr uint64_t kNumbers[] = {0,
                                 1,
                                 2,
                                 7,
                                 10,
                                 0x7fffffff,
                                 0x80000000,
                                 0xffffffff,
                                 0x100000000,
                                 0x123456789abcdef0,
                                 0x7fffffffffffffff,
                                 0x8000000000000000,
                                 0x8000000000000001,
                                 0xffffffffffffffff};

TEST(Integers, DividesAsTheMachineDoes) {
  for (const uint64_t numerator : kNumbers) {
    for (const uint64_t denominator : kNumbers) {
      if (denominator != 0) {
        const auto result = sys::divide(numerator, denominator);
        EXPECT_EQ(result.quotient, numerator / denominator) << numerator << " / " << denominator;
        EXPECT_EQ(result.remainder, numerator % denominator) << numerator << " % " << denominator;
      }
    }
  }
}

TEST(Integers, DividesSignedNumbersTowardZero) {
  for (const uint64_t numerator_bits : kNumbers) {
    for (const uint64_t denominator_bits : kNumbers) {
      const auto numerator = static_cast<int64_t>(numerator_bits);
      const auto denominator = static_cast<int64_t>(denominator_bits);
      if (denominator == 0 || (denominator == -1 && numerator == INT64_MIN)) {
        continue;
      }
      const auto result = sys::divide_signed(numerator_bits, denominator_bits);
      EXPECT_EQ(static_cast<int64_t>(result.quotient), numerator / denominator);
      EXPECT_EQ(static_cast<int64_t>(result.remainder), numerator % denominator);
    }
  }
}

TEST(Integers, Divides32BitNumbers) {
  const auto result = sys::divide<uint32_t>(0xfffffffe, 0xffffffff);
  EXPECT_EQ(result.quotient, 0u);
  EXPECT_EQ(result.remainder, 0xfffffffeu);
  const auto negative = sys::divide_signed<uint32_t>(static_cast<uint32_t>(-77), 5);
  EXPECT_EQ(static_cast<int32_t>(negative.quotient), -15);
  EXPECT_EQ(static_cast<int32_t>(negative.remainder), -2);
}

TEST(Integers, ShiftsByEveryCount) {
  for (const uint64_t value : kNumbers) {
    for (uint32_t count = 0; count < 64; ++count) {
      EXPECT_EQ(sys::shift_left(value, count), value << count);
      EXPECT_EQ(sys::shift_right(value, count, sys::ShiftFill::kZero), value >> count);
      EXPECT_EQ(sys::shift_right(value, count, sys::ShiftFill::kSign),
                static_cast<uint64_t>(static_cast<int64_t>(value) >> count));
    }
  }
}

}  // namespace
