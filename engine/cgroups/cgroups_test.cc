// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/cgroups.h"

#include <gtest/gtest.h>

#include "engine/cgroups/path.h"
#include "engine/rt/testing.h"

namespace nosc::cgroups {
namespace {

constexpr HostFacts kRoot = {.cgroup_layout = CgroupLayout::kUnified,
                             .cgroup_mount = "/sys/fs/cgroup"};
constexpr HostFacts kUser = {.euid = 1000,
                             .cgroup_layout = CgroupLayout::kUnified,
                             .cgroup_mount = "/sys/fs/cgroup",
                             .own_cgroup = "/user.slice/x"};

class PlanCgroupTest : public testing::Test {
 protected:
  Outcome<CgroupPlan> plan(std::string_view path, const HostFacts& facts) {
    spec::Linux linux;
    linux.cgroups_path = path;
    return outcome_of([&] { return plan_cgroup(linux, "id", facts, arena_); });
  }

  std::string_view planned_path(std::string_view path, const HostFacts& facts) {
    const auto result = plan(path, facts);
    if (!result.ok()) return "error";
    EXPECT_EQ(result->use, path.empty() ? CgroupUse::kIfPermitted : CgroupUse::kRequired);
    EXPECT_EQ(result->path.data()[result->path.size()], '\0');
    return {result->path.data(), result->path.size()};
  }

  Arena arena_;
};

TEST_F(PlanCgroupTest, AbsolutePathsStartAtTheMountPoint) {
  EXPECT_EQ(planned_path("/a/b", kRoot), "a/b");
  EXPECT_EQ(planned_path("/a/b", kUser), "a/b");
  EXPECT_EQ(planned_path("//a/./b/", kRoot), "a/b");
}

TEST_F(PlanCgroupTest, RelativePathsDependOnTheCaller) {
  EXPECT_EQ(planned_path("a/b", kRoot), "a/b");
  EXPECT_EQ(planned_path("a/b", kUser), "user.slice/x/a/b");
}

TEST_F(PlanCgroupTest, DefaultIsNamedAfterTheContainer) {
  EXPECT_EQ(planned_path("", kRoot), "nosc-id");
  EXPECT_EQ(planned_path("", kUser), "user.slice/x/nosc-id");
}

TEST_F(PlanCgroupTest, RefusesPathsThatClimbOrLeadNowhere) {
  for (std::string_view path : {"..", "/../a", "a/../b", "/a/..", "/", "///", "."}) {
    const auto result = plan(path, kRoot);
    ASSERT_FALSE(result.ok()) << path;
    EXPECT_STREQ(result.error().place.pointer, "/linux/cgroupsPath");
  }
  EXPECT_EQ(planned_path("a..b/...", kRoot), "a..b/...");
}

TEST_F(PlanCgroupTest, WithoutCgroup2OnlyWhatWasAskedForFails) {
  const HostFacts none = {.cgroup_layout = CgroupLayout::kLegacy};
  const auto absent = plan("", none);
  ASSERT_TRUE(absent.ok());
  EXPECT_EQ(absent->use, CgroupUse::kNone);
  EXPECT_FALSE(plan("/a", none).ok());
}

TEST_F(PlanCgroupTest, RelativePathsNeedAKnownOwnCgroup) {
  HostFacts facts = kUser;
  facts.own_cgroup = "";
  EXPECT_FALSE(plan("a", facts).ok());
  EXPECT_TRUE(plan("/a", facts).ok());
  const auto absent = plan("", facts);
  ASSERT_TRUE(absent.ok());
  EXPECT_EQ(absent->use, CgroupUse::kNone);
}

TEST(LeadingPart, CutsAndRestores) {
  char text[] = "a/bc/d";
  const std::span<char> path(text, 6);
  {
    const LeadingPart part(path, 4);
    EXPECT_STREQ(part.c_str().c_str(), "a/bc");
  }
  EXPECT_STREQ(text, "a/bc/d");
  EXPECT_EQ(parent_length(path, 6), 4u);
  EXPECT_EQ(parent_length(path, 4), 1u);
  EXPECT_EQ(parent_length(path, 1), 0u);
  EXPECT_EQ(child_length(path, 1), 4u);
  EXPECT_EQ(child_length(path, 4), 6u);
}

}  // namespace
}  // namespace nosc::cgroups
