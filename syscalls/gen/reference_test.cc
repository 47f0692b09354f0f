// SPDX-License-Identifier: Apache-2.0
//
// The reference in docs/syscalls is what the tables say now.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "syscalls/gen/source.h"

namespace syscalls_gen {
namespace {

std::set<std::string> pages(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".md") names.insert(entry.path().filename().string());
  }
  return names;
}

TEST(ReferenceTest, PagesAreCurrent) {
  const std::filesystem::path kept = "docs/syscalls";
  const std::filesystem::path generated = "syscalls/reference";
  EXPECT_EQ(pages(kept), pages(generated));
  EXPECT_GT(pages(kept).size(), 10u);
  for (const std::string& name : pages(generated)) {
    const auto before = read_file((kept / name).string());
    const auto now = read_file((generated / name).string());
    ASSERT_TRUE(before.ok() && now.ok()) << name;
    EXPECT_EQ(*before == *now, true)
        << "docs/syscalls/" << name << " is old: bazel run //syscalls/gen:update_golden";
  }
}

}  // namespace
}  // namespace syscalls_gen
