// SPDX-License-Identifier: Apache-2.0
// Mount options: flags of the mount, propagation, recursion.

#include <sys/mount.h>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

constexpr const char* kMountInfo = "cat /proc/self/mountinfo";

using MountOptionsTest = ContainerTest;
NOSC_INSTANTIATE(MountOptionsTest, all_settings());

TEST_P(MountOptionsTest, FlagsOfANewFileSystem) {
  Bundle& bundle = make_bundle();
  const char* options[] = {"ro",         "nosuid",   "nodev", "noexec", "noatime",
                           "nodiratime", "relatime", "sync",  "dirsync"};
  for (const char* option : options) {
    bundle.add_mount(mount_entry(std::string("/m/") + option, "tmpfs", "tmpfs", {option}));
  }
  const std::string mounts = output_of(bundle, kMountInfo);
  for (const char* option : options) {
    const MountLine mount = find_mount(mounts, std::string("/m/") + option);
    EXPECT_TRUE(has_item(mount.options + "," + mount.super_options, option)) << option << " in\n"
                                                                             << mounts;
  }
}

TEST_P(MountOptionsTest, LaterOptionsUndoEarlierOnes) {
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry(
      "/data", "tmpfs", "tmpfs",
      {"ro", "nosuid", "nodev", "noexec", "noatime", "rw", "suid", "dev", "exec", "strictatime"}));
  const MountLine mount = find_mount(output_of(bundle, kMountInfo), "/data");
  for (const char* option : {"ro", "nosuid", "noexec", "noatime", "relatime"}) {
    EXPECT_FALSE(has_item(mount.options, option)) << mount.options;
  }
}

TEST_P(MountOptionsTest, NoSymlinkFollowing) {
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/data", "tmpfs", "tmpfs", {"nosymfollow"}));
  const MountLine mount = find_mount(output_of(bundle, kMountInfo), "/data");
  EXPECT_TRUE(has_item(mount.options, "nosymfollow")) << mount.options;
}

// Of kinds of access time that are both named the kernel takes the strict one, for a bind as for a
// new file system.
TEST_P(MountOptionsTest, StrictAccessTimeComesBeforeNone) {
  NOSC_ONLY();
  if (caller() == Caller::kPlainUser)
    GTEST_SKIP() << "may not change the access time of others' mounts";
  Bundle& bundle = make_bundle();
  bundle.add_file("data/file", "");
  const std::string data = bundle.directory() / "data";
  bundle.add_mount(mount_entry("/new", "tmpfs", "tmpfs", {"strictatime", "noatime"}));
  bundle.add_mount(mount_entry("/bound", "bind", data, {"bind", "strictatime", "noatime"}));
  const std::string mounts = output_of(bundle, kMountInfo);
  for (const char* target : {"/new", "/bound"}) {
    const MountLine mount = find_mount(mounts, target);
    EXPECT_FALSE(has_item(mount.options, "noatime")) << mount.options;
    EXPECT_FALSE(has_item(mount.options, "relatime")) << mount.options;
  }
}

// What becomes read-only when all is in place keeps its other options, of which this one is not
// among those that statfs(2) tells.
TEST_P(MountOptionsTest, WhatBecomesReadOnlyLateKeepsTheRest) {
  NOSC_ONLY();
  const Kernel kernel = GetParam().kernel;
  if (kernel == Kernel::kNoNewMountApi || kernel == Kernel::kOld) {
    GTEST_SKIP() << "needs mount_setattr(2)";
  }
  Bundle& bundle = make_bundle();
  const std::vector<std::string> options = {"ro", "nosymfollow", "nosuid", "noatime"};
  bundle.add_mount(mount_entry("/data", "tmpfs", "tmpfs", options));
  const MountLine mount = find_mount(output_of(bundle, kMountInfo), "/data");
  for (const std::string& option : options) {
    EXPECT_TRUE(has_item(mount.options, option)) << option << " in " << mount.options;
  }
}

// What leads out of the root is not in it, however it is spelled.
TEST_P(MountOptionsTest, ASourceMayLeaveTheRootAgain) {
  Bundle& bundle = make_bundle();
  bundle.add_file("data/note", "the bundle's\n");
  bundle.add_file("rootfs/data/note", "the root's\n");
  bundle.add_mount(
      mount_entry("/tmp/data", "bind", (bundle.directory() / "rootfs/../data").string(), {"bind"}));
  EXPECT_EQ(output_of(bundle, "cat /tmp/data/note"), "the bundle's");
}

// A bind mount takes its flags in a second step. The stage that it comes from is nosuid: in a plain
// user's namespace that flag is locked, and must stay for the kernel to accept any change.
TEST_P(MountOptionsTest, FlagsOfABindMount) {
  if (caller() == Caller::kPlainUser) NOSC_ONLY();
  Bundle& bundle = make_bundle();
  bundle.add_file("data/file", "");
  for (const char* option : {"ro", "nodev", "noexec", "nosuid"}) {
    bundle.add_mount(mount_entry(std::string("/m/") + option, "bind", bundle.directory() / "data",
                                 {"rbind", option}));
  }
  const std::string mounts = output_of(bundle, kMountInfo);
  for (const char* option : {"ro", "nodev", "noexec", "nosuid"}) {
    const MountLine mount = find_mount(mounts, std::string("/m/") + option);
    EXPECT_TRUE(has_item(mount.options, option)) << option << " in\n" << mounts;
    EXPECT_EQ(has_item(mount.options, "ro"), option == std::string("ro")) << mounts;
  }
}

// As the remount of other runtimes has it: what a bind with options doesn't name is off.
TEST_P(MountOptionsTest, FlagsOfTheSourceStayWithoutOptionsAlone) {
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/source", "tmpfs", "tmpfs", {"nosuid", "nodev", "noexec"}));
  const std::string source = bundle.rootfs() / "source";
  bundle.add_mount(mount_entry("/same", "bind", source, {"rbind"}));
  bundle.add_mount(mount_entry("/other", "bind", source, {"rbind", "rw", "nodev"}));
  const std::string mounts = output_of(bundle, kMountInfo);
  for (const char* flag : {"nosuid", "nodev", "noexec"}) {
    EXPECT_TRUE(has_item(find_mount(mounts, "/same").options, flag)) << mounts;
    EXPECT_EQ(has_item(find_mount(mounts, "/other").options, flag), flag == std::string("nodev"))
        << mounts;
  }
}

// Without a kind of access time there is relatime; who only doesn't want that has what was.
TEST_P(MountOptionsTest, NoRelatimeChangesNothing) {
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/source", "tmpfs", "tmpfs", {"strictatime"}));
  bundle.add_mount(mount_entry("/same", "bind", bundle.rootfs() / "source", {"norelatime"}));
  const MountLine mount = find_mount(output_of(bundle, kMountInfo), "/same");
  EXPECT_FALSE(has_item(mount.options, "relatime")) << mount.options;
}

TEST_P(MountOptionsTest, ReadOnlyBindRefusesWrites) {
  Bundle& bundle = make_bundle();
  bundle.add_file("data/file", "");
  bundle.add_mount(
      mount_entry("/data", "bind", bundle.directory() / "data", {"rbind", "ro", "nosuid"}));
  EXPECT_EQ(output_of(bundle, "echo x 2>/dev/null > /data/file || echo refused"), "refused");
}

TEST_P(MountOptionsTest, NoexecRefusesToExecute) {
  Bundle& bundle = make_bundle();
  bundle.add_file("data/tool", "#!/bin/sh\necho ran\n", 0755);
  bundle.add_mount(
      mount_entry("/data", "bind", bundle.directory() / "data", {"rbind", "noexec", "nosuid"}));
  EXPECT_EQ(output_of(bundle, "/data/tool 2>/dev/null || echo refused"), "refused");
}

TEST_P(MountOptionsTest, PropagationOfAMount) {
  Bundle& bundle = make_bundle();
  for (const char* option : {"shared", "rshared", "private", "rprivate", "unbindable"}) {
    bundle.add_mount(mount_entry(std::string("/m/") + option, "tmpfs", "tmpfs", {option}));
  }
  const std::string mounts = output_of(bundle, kMountInfo);
  EXPECT_TRUE(find_mount(mounts, "/m/shared").propagation.starts_with("shared:")) << mounts;
  EXPECT_TRUE(find_mount(mounts, "/m/rshared").propagation.starts_with("shared:")) << mounts;
  EXPECT_EQ(find_mount(mounts, "/m/private").propagation, "") << mounts;
  EXPECT_EQ(find_mount(mounts, "/m/rprivate").propagation, "") << mounts;
  EXPECT_EQ(find_mount(mounts, "/m/unbindable").propagation, "unbindable") << mounts;
}

TEST_P(MountOptionsTest, RootPropagation) {
  NOSC_ONLY();
  const std::pair<const char*, const char*> cases[] = {
      {"", ""}, {"private", ""}, {"rprivate", ""}, {"shared", "shared:"}, {"rshared", "shared:"}};
  for (const auto& [value, expected] : cases) {
    Bundle& bundle = make_bundle();
    if (*value != 0) bundle.config()["linux"]["rootfsPropagation"] = value;
    const std::string mounts = output_of(bundle, kMountInfo);
    const std::string found = find_mount(mounts, "/").propagation;
    EXPECT_TRUE(*expected == 0 ? found.empty() : found.starts_with(expected)) << value << " in\n"
                                                                              << mounts;
  }
}

// A folder with a second file system mounted below it.
class MountTreeTest : public ContainerTest {
 protected:
  void SetUp() override {
    ContainerTest::SetUp();
    if (IsSkipped()) return;
    tree_ = make_folder("tree");
    std::filesystem::create_directory(tree_ / "sub");
    ASSERT_EQ(mount("sub", (tree_ / "sub").c_str(), "tmpfs", 0, ""), 0);
    std::filesystem::create_directory(tree_ / "sub/below");
  }
  void TearDown() override {
    if (!tree_.empty()) umount2((tree_ / "sub").c_str(), MNT_DETACH);
    ContainerTest::TearDown();
  }
  const std::filesystem::path& tree() const { return tree_; }

 private:
  std::filesystem::path tree_;
};
NOSC_INSTANTIATE(MountTreeTest, all_settings());

TEST_P(MountTreeTest, RbindTakesTheMountsBelowAlong) {
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/data", "bind", tree(), {"rbind"}));
  EXPECT_EQ(output_of(bundle, "ls /data/sub"), "below");
}

// One that asks for the tree is enough, whatever else is asked for.
TEST_P(MountTreeTest, RbindAndBindTakeThemAlong) {
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/one", "bind", tree(), {"rbind", "bind"}));
  bundle.add_mount(mount_entry("/other", "bind", tree(), {"bind", "rbind"}));
  EXPECT_EQ(output_of(bundle, "ls /one/sub /other/sub"), "/one/sub:\nbelow\n\n/other/sub:\nbelow");
}

TEST_P(MountTreeTest, BindLeavesThemBehind) {
  if (caller() == Caller::kPlainUser) {
    GTEST_SKIP() << "the kernel keeps a plain user from uncovering what a mount hides";
  }
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/data", "bind", tree(), {"bind"}));
  EXPECT_EQ(output_of(bundle, "ls /data/sub"), "");
}

TEST_P(MountTreeTest, RecursiveReadOnlyReachesTheMountsBelow) {
  if (setting().kernel == Kernel::kNoNewMountApi || setting().kernel == Kernel::kOld) {
    GTEST_SKIP() << "recursive attributes need mount_setattr";
  }
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/data", "bind", tree(), {"rbind", "rro"}));
  EXPECT_EQ(output_of(bundle, "mkdir /data/sub/new 2>/dev/null || echo refused"), "refused");
}

TEST_P(MountTreeTest, ChangesInTheContainerStayThere) {
  Bundle& bundle = make_bundle();
  bundle.grant_all_capabilities();
  bundle.add_mount(mount_entry("/data", "bind", tree(), {"rbind"}));
  output_of(bundle, "mount -t tmpfs tmpfs /data/sub/below && mkdir /data/sub/below/inner");
  EXPECT_FALSE(std::filesystem::exists(tree() / "sub/below/inner"));
}

}  // namespace
}  // namespace nosc::testing
