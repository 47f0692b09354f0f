// SPDX-License-Identifier: Apache-2.0
//
// What the generator writes for a 64-bit and a 32-bit ABI, as it is kept for review.
#include <gtest/gtest.h>

#include <filesystem>

#include "syscalls/gen/source.h"

namespace syscalls_gen {
namespace {

TEST(GoldenTest, GeneratedHeadersAreThoseUnderReview) {
  const std::filesystem::path golden = "syscalls/golden";
  int compared = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(golden)) {
    if (!entry.is_regular_file()) continue;
    const std::string name = entry.path().lexically_relative(golden).replace_extension().string();
    const auto kept = read_file(entry.path().string());
    const auto generated = read_file("syscalls/" + name);
    ASSERT_TRUE(kept.ok() && generated.ok()) << name;
    EXPECT_EQ(*generated == *kept, true)
        << name << " differs: look at bazel-bin/syscalls/" << name
        << ", and if it is right: bazel run //syscalls/gen:update_golden";
    ++compared;
  }
  EXPECT_GT(compared, 10);
}

}  // namespace
}  // namespace syscalls_gen
