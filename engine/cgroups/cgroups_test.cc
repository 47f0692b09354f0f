// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/cgroups.h"

#include <gtest/gtest.h>

#include "engine/cgroups/path.h"
#include "engine/host/parse.h"
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

  // Of the only hierarchy, below its mount.
  std::string_view planned_path(std::string_view path, const HostFacts& facts) {
    const auto result = plan(path, facts);
    if (!result.ok()) return "error";
    EXPECT_EQ(result->use, path.empty() ? CgroupUse::kIfPermitted : CgroupUse::kRequired);
    EXPECT_EQ(result->hierarchies.size(), 1u);
    const Hierarchy& hierarchy = result->hierarchies[0];
    EXPECT_EQ(hierarchy.path.data()[hierarchy.path.size()], '\0');
    EXPECT_EQ(hierarchy.existing_bytes, hierarchy.path.size());
    const std::string_view whole(hierarchy.path.data(), hierarchy.path.size());
    EXPECT_EQ(whole.substr(0, hierarchy.mount_bytes + 1), "/sys/fs/cgroup/");
    return whole.substr(hierarchy.mount_bytes + 1);
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
  EXPECT_EQ(planned_path("", kRoot), "id");
  EXPECT_EQ(planned_path("", kUser), "user.slice/x/id");
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

TEST_F(PlanCgroupTest, Version1IsUsedWhereItIsAskedForOrAlone) {
  const CgroupHierarchy legacy[] = {
      {"/sys/fs/cgroup/memory", "/m", host::parse_controllers("memory")},
      {"/sys/fs/cgroup/cpu,cpuacct", "", host::parse_controllers("cpu,cpuacct")}};
  HostFacts facts = {.cgroup_layout = CgroupLayout::kHybrid,
                     .cgroup_mount = "/sys/fs/cgroup/unified",
                     .cgroup_hierarchies = legacy};
  EXPECT_EQ(plan("", facts)->hierarchies.size(), 1u);
  const auto asked = plan("/a", facts);
  ASSERT_EQ(asked->hierarchies.size(), 3u);
  EXPECT_TRUE(asked->hierarchies[0].is_cgroup2());
  EXPECT_STREQ(asked->hierarchies[2].path.data(), "/sys/fs/cgroup/cpu,cpuacct/a");
  facts.cgroup_mount = "";
  EXPECT_EQ(plan("", facts)->hierarchies.size(), 2u);
  facts.euid = 1000;
  const auto own = plan("a", facts);
  ASSERT_EQ(own->hierarchies.size(), 1u);  // in the other the caller's own cgroup isn't known
  EXPECT_STREQ(own->hierarchies[0].path.data(), "/sys/fs/cgroup/memory/m/a");
  facts.euid = 0;
  facts.is_confined_root = true;  // a user namespace's
  EXPECT_STREQ(plan("a", facts)->hierarchies[0].path.data(), "/sys/fs/cgroup/memory/m/a");
}

TEST_F(PlanCgroupTest, HierarchiesAreKeptAsText) {
  const CgroupHierarchy legacy[] = {{"/sys/fs/cgroup/pids", "", host::parse_controllers("pids")}};
  HostFacts facts = kRoot;
  facts.cgroup_hierarchies = legacy;
  const auto planned = plan("/a:;b", facts);
  BufferWriter<256> text;
  write_hierarchies(*planned, text);
  EXPECT_EQ(text.view(), "0:14:19:/sys/fs/cgroup/a:;b;16:19:24:/sys/fs/cgroup/pids/a:;b;");
  const CgroupPlan read = read_hierarchies(text.view(), kept_bytes(*planned), arena_);
  ASSERT_EQ(read.hierarchies.size(), 2u);
  const CgroupPlan second = read_hierarchies(text.view(), {kNotInIt, 19}, arena_);
  ASSERT_EQ(second.hierarchies.size(), 1u);
  EXPECT_EQ(second.hierarchies[0].existing_bytes, 19u);
  EXPECT_TRUE(second.hierarchies[0].controllers.has(Controller::kPids));
  EXPECT_STREQ(read.hierarchies[1].path.data(), "/sys/fs/cgroup/pids/a:;b");
  EXPECT_EQ(read.hierarchies[1].mount_bytes, 19u);
  EXPECT_TRUE(read.hierarchies[1].controllers.has(Controller::kPids));
  for (std::string_view bad : {"x", "0:1:", "0:9:2:/a;", "0:1:9:/a;", "70000000000:1:2:/a;"}) {
    EXPECT_FALSE(outcome_of([&] { return read_hierarchies(bad, {1, 1}, arena_); }).ok()) << bad;
  }
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
