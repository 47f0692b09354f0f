// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/mounts/mounts.h"
#include "engine/rt/testing.h"

namespace nosc::mounts {
namespace {

using spec::RootfsPropagation;
using Options = std::vector<std::string_view>;

class PlanMountsTest : public testing::Test {
 protected:
  PlanMountsTest() {
    config_.root = {.present = true, .readonly = false, .path = "rootfs"};
    context_ = {.bundle = "/bundle",
                .cgroup2_mount = "/sys/fs/cgroup/unified",
                .new_cgroup_namespace = true};
  }

  void add(std::string_view destination, std::string_view type, std::string_view source,
           const Options& options) {
    options_.push_back(options);
    mounts_.push_back({destination, type, source, {}});
  }

  Outcome<MountPlan> plan() {
    for (size_t i = 0; i < mounts_.size(); ++i) mounts_[i].options = options_[i];
    config_.mounts = mounts_;
    config_.linux.masked_paths = masked_;
    config_.linux.readonly_paths = read_only_;
    return outcome_of([&] { return plan_mounts(config_, context_, arena_); });
  }

  // The record of one mount, planned alone.
  MountRecord plan_one(std::string_view destination, std::string_view type, std::string_view source,
                       const Options& options) {
    mounts_.clear();
    options_.clear();
    add(destination, type, source, options);
    const auto result = plan();
    EXPECT_TRUE(result.ok()) << destination;
    return result.ok() ? result->mounts[0] : MountRecord{};
  }

  void expect_error(ErrorCode code, const Place& place) {
    const auto result = plan();
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().code, code);
    EXPECT_STREQ(result.error().place.pointer, place.pointer);
    EXPECT_EQ(result.error().place.index, place.index);
    EXPECT_STREQ(result.error().place.tail, place.tail);
  }

  Arena arena_;
  spec::Config config_;
  MountContext context_;
  std::vector<spec::Mount> mounts_;
  std::vector<Options> options_;
  std::vector<std::string_view> masked_;
  std::vector<std::string_view> read_only_;
};

TEST_F(PlanMountsTest, TheRootIsRelativeToTheBundle) {
  EXPECT_STREQ(plan()->root.path, "/bundle/rootfs");
  EXPECT_FALSE(plan()->root.read_only);
  config_.root.path = "/srv/root";
  config_.root.readonly = true;
  EXPECT_STREQ(plan()->root.path, "/srv/root");
  EXPECT_TRUE(plan()->root.read_only);
  EXPECT_EQ(plan()->root.kind, RootKind::kDirectory);
}

TEST_F(PlanMountsTest, PropagationOfTheRoot) {
  constexpr sys::MountFlags kNone{};
  const struct {
    RootfsPropagation wish;
    sys::MountFlags host;
    sys::MountFlags root;
  } cases[] = {
      {RootfsPropagation::kUnset, sys::kMS_SLAVE, kNone},
      {RootfsPropagation::kPrivate, sys::kMS_SLAVE, sys::kMS_PRIVATE},
      {RootfsPropagation::kSlave, sys::kMS_SLAVE, sys::kMS_SLAVE},
      {RootfsPropagation::kShared, sys::kMS_SHARED, sys::kMS_SHARED},
      {RootfsPropagation::kUnbindable, sys::kMS_SLAVE, sys::kMS_UNBINDABLE},
      {RootfsPropagation::kRecursivePrivate, sys::kMS_PRIVATE, sys::kMS_PRIVATE | sys::kMS_REC},
      {RootfsPropagation::kRecursiveSlave, sys::kMS_SLAVE, sys::kMS_SLAVE | sys::kMS_REC},
      {RootfsPropagation::kRecursiveShared, sys::kMS_SHARED, sys::kMS_SHARED | sys::kMS_REC},
      {RootfsPropagation::kRecursiveUnbindable, sys::kMS_SLAVE, sys::kMS_UNBINDABLE | sys::kMS_REC},
  };
  for (const auto& expected : cases) {
    config_.linux.rootfs_propagation = expected.wish;
    const auto result = plan();
    ASSERT_TRUE(result.ok());
    const int number = static_cast<int>(expected.wish);
    EXPECT_EQ(result->root.propagation, expected.host | sys::kMS_REC) << number;
    EXPECT_EQ(result->root.root_propagation, expected.root) << number;
  }
}

TEST_F(PlanMountsTest, FileSystems) {
  const MountRecord tmpfs = plan_one("/run", "tmpfs", "", {"nosuid", "mode=755"});
  EXPECT_EQ(tmpfs.kind, MountKind::kFileSystem);
  EXPECT_STREQ(tmpfs.source, "tmpfs");
  EXPECT_STREQ(tmpfs.type, "tmpfs");
  EXPECT_STREQ(tmpfs.data, "mode=755");
  EXPECT_EQ(tmpfs.set, sys::kMS_NOSUID);
  EXPECT_STREQ(plan_one("/run", "tmpfs", "name", {}).source, "name");
  EXPECT_EQ(plan_one("/proc", "proc", "proc", {}).kind, MountKind::kProc);
  EXPECT_EQ(plan_one("/sys", "sysfs", "sysfs", {}).kind, MountKind::kProc);
}

TEST_F(PlanMountsTest, ATreeOptionOfANewFileSystemIsThePlainOne) {
  const MountRecord record = plan_one("/run", "tmpfs", "", {"rnosuid", "rdev"});
  EXPECT_EQ(record.set, sys::kMS_NOSUID);
  EXPECT_EQ(record.cleared, sys::kMS_NODEV);
}

TEST_F(PlanMountsTest, BindMounts) {
  const MountRecord one = plan_one("/data", "none", "/srv", {"bind", "ro", "rprivate"});
  EXPECT_EQ(one.kind, MountKind::kBind);
  EXPECT_EQ(one.binding, Binding::kOne);
  EXPECT_STREQ(one.source, "/srv");
  EXPECT_EQ(one.set, sys::kMS_RDONLY);
  EXPECT_EQ(one.propagation, sys::kMS_PRIVATE | sys::kMS_REC);
  EXPECT_EQ(plan_one("/data", "", "/srv", {"rbind"}).binding, Binding::kRecursive);
  EXPECT_STREQ(plan_one("/data", "", "here", {"bind"}).source, "/bundle/here");
  // The type alone says it as well, as callers write it.
  EXPECT_EQ(plan_one("/data", "bind", "/srv", {}).binding, Binding::kRecursive);
  EXPECT_EQ(plan_one("/data", "bind", "/srv", {"bind"}).binding, Binding::kOne);
}

TEST_F(PlanMountsTest, DestinationsAreCleaned) {
  EXPECT_STREQ(plan_one("a/b", "tmpfs", "", {}).destination, "/a/b");
  EXPECT_STREQ(plan_one("//a/./b/../c/", "tmpfs", "", {}).destination, "/a/c");
  EXPECT_STREQ(plan_one("/../../etc", "tmpfs", "", {}).destination, "/etc");
}

TEST_F(PlanMountsTest, OnlySomePlacesOfProcMayBeCovered) {
  EXPECT_TRUE(plan_one("/proc", "proc", "proc", {}).may_cover_proc);
  EXPECT_TRUE(plan_one("/proc/meminfo", "", "/f", {"bind"}).may_cover_proc);
  EXPECT_TRUE(plan_one("/proc/./cpuinfo", "", "/f", {"bind"}).may_cover_proc);
  EXPECT_FALSE(plan_one("/proc/self", "", "/f", {"bind"}).may_cover_proc);
  EXPECT_FALSE(plan_one("/proc/sys/kernel", "", "/f", {"bind"}).may_cover_proc);
  EXPECT_FALSE(plan_one("/data", "tmpfs", "", {}).may_cover_proc);
}

TEST_F(PlanMountsTest, CgroupsOfAnOwnNamespaceAreMounted) {
  for (const std::string_view type : {"cgroup", "cgroup2"}) {
    const MountRecord record = plan_one("/sys/fs/cgroup", type, "cgroup", {"ro", "nsdelegate"});
    EXPECT_EQ(record.kind, MountKind::kFileSystem);
    EXPECT_STREQ(record.type, "cgroup2");
    EXPECT_STREQ(record.data, "");
  }
}

TEST_F(PlanMountsTest, CgroupsOfTheHostAreBoundReadOnly) {
  context_.new_cgroup_namespace = false;
  const MountRecord record =
      plan_one("/sys/fs/cgroup", "cgroup", "cgroup", {"rw", "rrw", "nosuid"});
  EXPECT_EQ(record.kind, MountKind::kBind);
  EXPECT_EQ(record.binding, Binding::kOne);
  EXPECT_STREQ(record.source, "/sys/fs/cgroup/unified");
  EXPECT_EQ(record.set, sys::kMS_RDONLY | sys::kMS_NOSUID);
  EXPECT_FALSE(record.cleared.has(sys::kMS_RDONLY));
  EXPECT_FALSE(record.recursive_cleared.has(sys::kMS_RDONLY));
}

TEST_F(PlanMountsTest, CgroupsOfTheHostAreAnAdministratorsAsConfigured) {
  context_.new_cgroup_namespace = false;
  context_.is_administrator = true;
  MountRecord record = plan_one("/sys/fs/cgroup", "cgroup", "cgroup", {"rw", "nosuid"});
  EXPECT_EQ(record.kind, MountKind::kBind);
  EXPECT_EQ(record.set, sys::kMS_NOSUID);
  record = plan_one("/sys/fs/cgroup", "cgroup", "cgroup", {"ro"});
  EXPECT_EQ(record.set, sys::kMS_RDONLY);
}

// Of version 1 the container sees its own ones alone.
TEST_F(PlanMountsTest, CgroupsOfItsOwnAreAsConfigured) {
  context_.new_cgroup_namespace = false;
  const CgroupEntry entry{.name = "pids", .source = "/sys/fs/cgroup/pids/c"};
  context_.cgroups = {&entry, 1};
  MountRecord record = plan_one("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid"});
  EXPECT_EQ(record.cgroup_flags, sys::kMS_NOSUID);
  record = plan_one("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "ro"});
  EXPECT_EQ(record.cgroup_flags, sys::kMS_RDONLY | sys::kMS_NOSUID);
}

TEST_F(PlanMountsTest, CgroupsNeedAHostThatHasThem) {
  context_.cgroup2_mount = nullptr;
  add("/sys/fs/cgroup", "cgroup", "cgroup", {});
  expect_error(ErrorCode::kUnsupported, {"/mounts", 0});
}

TEST_F(PlanMountsTest, RefusesWhatMeansNothing) {
  add("/good", "tmpfs", "", {});
  add("/", "tmpfs", "", {});
  expect_error(ErrorCode::kInvalid, {"/mounts", 1, "destination"});
  mounts_[1].destination = "/a/..";
  expect_error(ErrorCode::kInvalid, {"/mounts", 1, "destination"});
  mounts_[1] = {"/a", "", "", {}};
  expect_error(ErrorCode::kInvalid, {"/mounts", 1});
  mounts_[1] = {"/a", "bind", "", {}};
  expect_error(ErrorCode::kInvalid, {"/mounts", 1});
  mounts_[1] = {"/a", "bind", "/b", {}};
  options_[1] = {"mode=755"};
  expect_error(ErrorCode::kInvalid, {"/mounts", 1});
  options_[1] = {"idmap"};
  expect_error(ErrorCode::kUnsupported, {"/mounts", 1});
}

TEST_F(PlanMountsTest, ATmpfsBecomesReadOnlyWhenItIsFilled) {
  add("/dev", "tmpfs", "", {"ro", "nosuid"});
  add("/data", "none", "/srv", {"bind", "ro"});
  read_only_ = {"/proc/sys"};
  const auto result = plan();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->mounts[0].set, sys::kMS_NOSUID);
  EXPECT_EQ(result->mounts[1].set, sys::kMS_RDONLY);
  ASSERT_EQ(result->read_only.size(), 2u);
  EXPECT_EQ(result->read_only[0].kind, ReadOnlyKind::kSelfBind);
  EXPECT_STREQ(result->read_only[0].path, "/proc/sys");
  EXPECT_EQ(result->read_only[1].kind, ReadOnlyKind::kRemount);
  EXPECT_STREQ(result->read_only[1].path, "/dev");
  EXPECT_STREQ(result->read_only[1].place.pointer, "/mounts");
}

TEST_F(PlanMountsTest, RestrictedPathsAreAbsolute) {
  masked_ = {"/proc/kcore", "proc/keys"};
  expect_error(ErrorCode::kInvalid, {"/linux/maskedPaths", 1});
  masked_ = {"/proc/kcore"};
  ASSERT_TRUE(plan().ok());
  EXPECT_STREQ(plan()->masks[0].path, "/proc/kcore");
  read_only_ = {""};
  expect_error(ErrorCode::kInvalid, {"/linux/readonlyPaths", 0});
}

TEST_F(PlanMountsTest, ABoundDevKeepsItsDevices) {
  add("/dev", "tmpfs", "", {});
  EXPECT_TRUE(plan()->populate_dev);
  mounts_[0] = {"/dev/", "bind", "/dev", {}};
  EXPECT_FALSE(plan()->populate_dev);
}

TEST_F(PlanMountsTest, EnginesWordsAreNoOptionsOfABind) {
  const MountRecord record = plan_one("/data", "bind", "/srv", {"rbind", "z,U", "ro", "nocopy"});
  EXPECT_EQ(record.binding, Binding::kRecursive);
  EXPECT_EQ(record.set, sys::kMS_RDONLY);
}

TEST_F(PlanMountsTest, SourcesAreOpenedEarlyForAUserNamespace) {
  add("/data", "bind", "/srv", {});
  add("/run", "tmpfs", "", {});
  EXPECT_TRUE(plan()->early_sources.empty());
  context_.has_user_namespace = true;
  const auto result = plan();
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->early_sources.size(), 2u);
  EXPECT_EQ(result->early_sources[0], -1);
}

}  // namespace
}  // namespace nosc::mounts
