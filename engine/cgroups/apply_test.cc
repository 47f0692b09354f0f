// SPDX-License-Identifier: Apache-2.0
//
// Directories only: on any file system, since no process has to be in them. What the cgroup2 file
// system adds is tested with containers (tests/).

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/cgroups/cgroups.h"
#include "engine/rt/testing.h"

namespace nosc::cgroups {
namespace {

namespace fs = std::filesystem;

class ApplyCgroupTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(mount_); }
  void TearDown() override { fs::remove_all(mount_); }

  CgroupPlan& plan() {
    path_ = mount_ + "/a/b/c";
    hierarchy_ = {.path = std::span(path_.data(), path_.size()),
                  .mount_bytes = static_cast<uint32_t>(mount_.size()),
                  .existing_bytes = static_cast<uint32_t>(path_.size()),
                  .controllers = {}};
    plan_.use = CgroupUse::kRequired;
    plan_.hierarchies = std::span(&hierarchy_, 1);
    return plan_;
  }

  // How much of the path nosc didn't make, below the mount.
  size_t existing() const { return hierarchy_.existing_bytes - mount_.size(); }

  // An existing cgroup as far as nosc looks into it.
  void make_existing(const std::string& path, const char* events) {
    fs::create_directories(mount_ + "/" + path);
    std::ofstream(mount_ + "/" + path + "/cgroup.events") << events;
    std::ofstream(mount_ + "/" + path + "/cgroup.procs") << "";
  }

  bool exists(const std::string& path) { return fs::exists(mount_ + "/" + path); }

  const std::string mount_ = testing::TempDir() + "/nosc_cgroup_" +
                             testing::UnitTest::GetInstance()->current_test_info()->name();
  std::string path_;
  Hierarchy hierarchy_;
  CgroupPlan plan_;
  Cgroup cgroup_;
};

TEST_F(ApplyCgroupTest, MakesAndRemovesTheWholePath) {
  ASSERT_TRUE(outcome_of([&] { return apply_cgroup(plan(), cgroup_); }).ok());
  EXPECT_TRUE(cgroup_.directory);
  EXPECT_EQ(existing(), 0u);
  EXPECT_TRUE(exists("a/b/c"));
  ASSERT_TRUE(outcome_of([&] { return remove_cgroup(plan_, Occupants::kKilled); }).ok());
  EXPECT_FALSE(exists("a"));
  EXPECT_EQ(path_, mount_ + "/a/b/c");
}

TEST_F(ApplyCgroupTest, FillsEmptyCpusetsOnTheWay) {
  fs::create_directories(mount_ + "/a/b/c");
  const auto write = [&](const char* name, const char* text) {
    std::ofstream(mount_ + "/" + name) << text;
  };
  for (const char* name :
       {"cpuset.mems", "a/cpuset.mems", "a/b/cpuset.mems", "a/b/c/cpuset.mems"}) {
    write(name, "0\n");
  }
  write("cpuset.cpus", "0-3\n");
  write("a/cpuset.cpus", "1-2\n");
  write("a/b/cpuset.cpus", "\n");
  write("a/b/c/cpuset.cpus", "\n");
  write("a/b/c/cgroup.procs", "");
  CgroupPlan& planned = plan();
  hierarchy_.controllers.add(Controller::kCpuset);
  const auto applied = outcome_of([&] { return apply_cgroup(planned, cgroup_); });
  ASSERT_TRUE(applied.ok());
  for (const char* name : {"a/cpuset.cpus", "a/b/cpuset.cpus", "a/b/c/cpuset.cpus"}) {
    std::string text;
    std::getline(std::ifstream(mount_ + "/" + name) >> std::ws, text);
    EXPECT_EQ(text, "1-2") << name;
  }
}

TEST_F(ApplyCgroupTest, KeepsWhatWasThere) {
  fs::create_directories(mount_ + "/a");
  ASSERT_TRUE(outcome_of([&] { return apply_cgroup(plan(), cgroup_); }).ok());
  EXPECT_EQ(existing(), 2u);
  ASSERT_TRUE(outcome_of([&] { return remove_cgroup(plan_, Occupants::kKilled); }).ok());
  EXPECT_TRUE(exists("a"));
  EXPECT_FALSE(exists("a/b"));
}

TEST_F(ApplyCgroupTest, KeepsParentsThatOthersUseByNow) {
  ASSERT_TRUE(outcome_of([&] { return apply_cgroup(plan(), cgroup_); }).ok());
  fs::create_directories(mount_ + "/a/other");
  ASSERT_TRUE(outcome_of([&] { return remove_cgroup(plan_, Occupants::kKilled); }).ok());
  EXPECT_TRUE(exists("a/other"));
  EXPECT_FALSE(exists("a/b"));
}

TEST_F(ApplyCgroupTest, TakesAnExistingCgroupThatIsEmpty) {
  make_existing("a/b/c", "populated 0\nfrozen 0\n");
  ASSERT_TRUE(outcome_of([&] { return apply_cgroup(plan(), cgroup_); }).ok());
  // To be joined, for who is made in it may be taken for one who was killed there.
  EXPECT_FALSE(cgroup_.directory);
  EXPECT_TRUE(cgroup_.members[0]);
  ASSERT_TRUE(outcome_of([&] { return remove_cgroup(plan_, Occupants::kKilled); }).ok());
  EXPECT_TRUE(exists("a/b/c"));
}

TEST_F(ApplyCgroupTest, RefusesACgroupInUse) {
  for (const char* events : {"populated 1\nfrozen 0\n", "populated 0\nfrozen 1\n"}) {
    make_existing("a/b/c", events);
    const auto result = outcome_of([&] { return apply_cgroup(plan(), cgroup_); });
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, ErrorCode::kSystem);
  }
}

TEST_F(ApplyCgroupTest, WithoutPermissionOnlyTheDefaultIsDropped) {
  const std::string mount = "/proc/self";  // a directory where nobody may make another
  CgroupPlan& denied = plan();
  path_ = mount + "/a";
  hierarchy_.path = std::span(path_.data(), path_.size());
  hierarchy_.mount_bytes = static_cast<uint32_t>(mount.size());
  EXPECT_FALSE(outcome_of([&] { return apply_cgroup(denied, cgroup_); }).ok());
}

}  // namespace
}  // namespace nosc::cgroups
