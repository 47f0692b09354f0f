// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/differences.h"

#include <gtest/gtest.h>

namespace syscalls_gen {
namespace {

TEST(DifferencesTest, EqualFactsHaveNone) {
  EXPECT_EQ(differences({{"a", {{"nr read", 0}}}}, {{"a", {{"nr read", 0}}}}), "");
}

TEST(DifferencesTest, NewGoneAndChangedNameTheirAbis) {
  const std::map<std::string, Facts> older{{"a", {{"nr read", 0}, {"nr old", 7}}},
                                           {"b", {{"nr read", 0}, {"const X", ~uint64_t{0}}}}};
  const std::map<std::string, Facts> newer{{"a", {{"nr read", 0}, {"nr new", 8}}},
                                           {"b", {{"nr read", 0}, {"nr new", 8}, {"const X", 5}}},
                                           {"c", {{"nr read", 0}}}};
  EXPECT_EQ(differences(older, newer),
            "new: ABI c, 1 facts\n"
            "changed: const X -1 -> 5 on b\n"
            "gone: nr old 7 on a\n"
            "new: nr new 8 on a b\n");
}

}  // namespace
}  // namespace syscalls_gen
