// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/shares.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nosc::cgroups {
namespace {

TEST(WeightOfShares, FollowsTheCurve) {
  int different = 0;
  for (uint32_t shares = 3; shares < 262144; ++shares) {
    const double l = std::log2(shares);
    const double exact = std::ceil(std::pow(10.0, (l * l + 125 * l) / 612.0 - 7.0 / 34.0));
    const double weight = weight_of_shares(shares);
    EXPECT_LE(std::abs(weight - exact), 1) << shares;
    different += weight != exact ? 1 : 0;
  }
  EXPECT_LT(different, 20);  // where the curve all but touches a whole number
}

TEST(WeightOfShares, HasTheEndsAndTheUsualValue) {
  EXPECT_EQ(weight_of_shares(0), 1u);
  EXPECT_EQ(weight_of_shares(2), 1u);
  EXPECT_EQ(weight_of_shares(1024), 100u);
  EXPECT_EQ(weight_of_shares(262144), 10000u);
  EXPECT_EQ(weight_of_shares(UINT64_MAX), 10000u);
}

}  // namespace
}  // namespace nosc::cgroups
