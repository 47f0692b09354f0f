// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"

TEST(HostedToolchain, LinksAbseilAndGoogleTest) {
  absl::flat_hash_map<std::string, int> numbers;
  numbers[absl::StrCat("a", 1)] = 7;
  EXPECT_EQ(numbers["a1"], 7);
  EXPECT_EQ(absl::StrFormat("%05d", 42), "00042");
}
