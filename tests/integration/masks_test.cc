// SPDX-License-Identifier: Apache-2.0
// Masked paths, read-only paths and the read-only root.

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

using MasksTest = ContainerTest;
NOSC_INSTANTIATE(MasksTest, all_settings());

TEST_P(MasksTest, MaskedFileReadsEmpty) {
  Bundle& bundle = make_bundle();
  bundle.add_file("rootfs/etc/secret", "secret\n");
  bundle.config()["linux"]["maskedPaths"] = Json::strings({"/etc/secret", "/proc/timer_list"});
  EXPECT_EQ(output_of(bundle,
                      "cat /etc/secret /proc/timer_list; echo x > /etc/secret; "
                      "cat /etc/secret; stat -c '%t,%T' /etc/secret"),
            "1,3");
}

// Or root inside could change the host's own for everybody.
TEST_P(MasksTest, MaskedFileIsTheContainersNullDevice) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["maskedPaths"] = Json::strings({"/proc/timer_list"});
  EXPECT_EQ(output_of(bundle, "stat -c '%d:%i' /proc/timer_list /dev/null | sort -u | wc -l"), "1");
}

TEST_P(MasksTest, TheRootAsAReadOnlyPath) {
  Bundle& bundle = make_bundle();
  bundle.config()["root"]["readonly"] = false;
  bundle.config()["linux"]["readonlyPaths"] = Json::strings({"/"});
  EXPECT_EQ(
      output_of(bundle, "touch /x 2>/dev/null || echo ro; touch /tmp/x 2>/dev/null || echo ro"),
      "ro\nro");
}

TEST_P(MasksTest, MaskedFolderIsEmptyAndReadOnly) {
  Bundle& bundle = make_bundle();
  bundle.add_file("rootfs/etc/private/key", "key\n");
  bundle.config()["linux"]["maskedPaths"] = Json::strings({"/etc/private"});
  EXPECT_EQ(output_of(bundle, "ls -A /etc/private; touch /etc/private/x 2>/dev/null || echo ro"),
            "ro");
}

TEST_P(MasksTest, ManyMaskedFolders) {
  Bundle& bundle = make_bundle();
  Json paths = Json::array();
  for (int i = 0; i < 40; ++i) {
    const std::string name = "/etc/private" + std::to_string(i);
    bundle.add_file("rootfs" + name + "/key", "key\n");
    paths.push(name);
  }
  bundle.config()["linux"]["maskedPaths"] = paths;
  EXPECT_EQ(output_of(bundle, "ls -A /etc/private*/ | grep key; true"), "");
}

TEST_P(MasksTest, FoldersShareOneEmptyFileSystem) {
  Bundle& bundle = make_bundle();
  bundle.add_file("rootfs/etc/one/key", "key\n");
  bundle.add_file("rootfs/etc/two/key", "key\n");
  bundle.config()["linux"]["maskedPaths"] = Json::strings({"/etc/one", "/etc/two"});
  EXPECT_EQ(output_of(bundle,
                      "[ $(stat -c %d /etc/one) = $(stat -c %d /etc/two) ] && echo one device; "
                      "touch /etc/two/new 2> /dev/null || echo refused"),
            "one device\nrefused");
}

TEST_P(MasksTest, MissingPathsAreNoError) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["maskedPaths"] = Json::strings({"/no/such/file", "/etc/none"});
  bundle.config()["linux"]["readonlyPaths"] = Json::strings({"/no/such/file", "/etc/none"});
  EXPECT_EQ(output_of(bundle, "ls /etc /no 2>/dev/null; echo fine"), "/etc:\nfine");
}

TEST_P(MasksTest, ReadOnlyPathRefusesWrites) {
  Bundle& bundle = make_bundle();
  bundle.add_file("rootfs/etc/kept/file", "kept\n");
  bundle.add_file("rootfs/etc/single", "single\n");
  bundle.config()["linux"]["readonlyPaths"] =
      Json::strings({"/etc/kept", "/etc/single", "/proc/sys"});
  const std::string out = output_of(
      bundle,
      "cat /etc/kept/file /etc/single; for f in /etc/kept/file /etc/single /proc/sys/kernel/x; do "
      "(echo x > $f) 2>/dev/null && echo wrote $f; done; touch /etc/other && echo other; "
      "cat /proc/self/mountinfo");
  EXPECT_TRUE(out.starts_with("kept\nsingle\nother\n")) << out;
  for (const char* target : {"/etc/kept", "/etc/single", "/proc/sys"}) {
    EXPECT_TRUE(has_item(find_mount(out, target).options, "ro")) << target << " in\n" << out;
  }
}

TEST_P(MasksTest, ReadOnlyRoot) {
  Bundle& bundle = make_bundle();
  bundle.config()["root"]["readonly"] = true;
  bundle.add_mount(mount_entry("/tmp", "tmpfs", "tmpfs"));
  const std::string out =
      output_of(bundle,
                "touch /new 2>/dev/null || echo refused; touch /tmp/new && echo made; "
                "cat /proc/self/mountinfo");
  EXPECT_TRUE(out.starts_with("refused\nmade\n")) << out;
  EXPECT_TRUE(has_item(find_mount(out, "/").options, "ro")) << out;
}

TEST_P(MasksTest, ReadOnlyRootStillGetsItsMountTargets) {
  Bundle& bundle = make_bundle();
  bundle.config()["root"]["readonly"] = true;
  bundle.add_mount(mount_entry("/made/for/it", "tmpfs", "tmpfs"));
  EXPECT_EQ(output_of(bundle, "touch /made/for/it/x && echo fine"), "fine");
}

TEST_P(MasksTest, WritableRootIsWritable) {
  Bundle& bundle = make_bundle();
  EXPECT_EQ(output_of(bundle, "echo x > /new && cat /new"), "x");
  EXPECT_TRUE(std::filesystem::exists(bundle.rootfs() / "new"));
}

}  // namespace
}  // namespace nosc::testing
