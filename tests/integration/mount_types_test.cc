// SPDX-License-Identifier: Apache-2.0
// Every mount type that configurations use, as the container's /proc/self/mountinfo shows it.

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

constexpr const char* kMountInfo = "cat /proc/self/mountinfo";

using MountTypesTest = ContainerTest;
NOSC_INSTANTIATE(MountTypesTest, all_settings());

TEST_P(MountTypesTest, DefaultMountsAreThere) {
  Bundle& bundle = make_bundle();
  const std::string mounts = output_of(bundle, kMountInfo);
  const std::pair<const char*, const char*> expected[] = {
      {"/proc", "proc"},     {"/dev", "tmpfs"},         {"/dev/pts", "devpts"},
      {"/dev/shm", "tmpfs"}, {"/dev/mqueue", "mqueue"}, {"/sys", "sysfs"},
  };
  for (const auto& [target, type] : expected) {
    EXPECT_EQ(find_mount(mounts, target).type, type) << target << " in\n" << mounts;
  }
  EXPECT_TRUE(has_item(find_mount(mounts, "/sys").options, "ro")) << mounts;
  EXPECT_TRUE(has_item(find_mount(mounts, "/dev/shm").options, "noexec")) << mounts;
}

TEST_P(MountTypesTest, NothingOfTheHostStaysMounted) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"].erase("maskedPaths");
  bundle.config()["linux"].erase("readonlyPaths");
  std::string points = output_of(bundle, "cut -d' ' -f5 /proc/self/mountinfo | sort");
  // Where nodes can't be made, in a user namespace, they are bind mounts of the host's.
  const bool binds_devices = caller() == Caller::kPlainUser || is_emulated();
  std::string expected = "/\n/dev\n";
  for (const std::string& point : split_lines(points)) {
    const bool is_device = point.starts_with("/dev/") && point != "/dev/mqueue" &&
                           point != "/dev/pts" && point != "/dev/shm";
    if (is_device && binds_devices) expected += point + "\n";
    if (!is_device && point.starts_with("/dev/")) expected += point + "\n";
  }
  expected += "/proc\n/sys";
  EXPECT_EQ(points, expected);
}

TEST_P(MountTypesTest, BindShowsTheSourceFolder) {
  Bundle& bundle = make_bundle();
  bundle.add_file("data/greeting", "hello\n");
  bundle.add_mount(mount_entry("/data", "bind", bundle.directory() / "data", {"bind"}));
  EXPECT_EQ(output_of(bundle, "cat /data/greeting; echo changed > /data/greeting"), "hello");
  Bundle& reader = make_bundle();
  reader.add_mount(
      mount_entry("/data", "", bundle.directory() / "data", {"rbind", "ro", "nosuid"}));
  EXPECT_EQ(output_of(reader, "cat /data/greeting"), "changed");
}

TEST_P(MountTypesTest, RelativeSourceIsInTheBundle) {
  Bundle& bundle = make_bundle();
  bundle.add_file("data/greeting", "hello\n");
  bundle.add_mount(mount_entry("/data", "bind", "data", {"bind"}));
  EXPECT_EQ(output_of(bundle, "cat /data/greeting"), "hello");
}

TEST_P(MountTypesTest, BindOfAFile) {
  Bundle& bundle = make_bundle();
  bundle.add_file("one.conf", "from the host\n");
  bundle.add_file("rootfs/etc/existing.conf", "from the image\n");
  const std::string source = bundle.directory() / "one.conf";
  bundle.add_mount(mount_entry("/etc/existing.conf", "bind", source, {"bind", "ro", "nosuid"}));
  bundle.add_mount(mount_entry("/etc/deep/new.conf", "bind", source, {"bind", "ro", "nosuid"}));
  EXPECT_EQ(output_of(bundle, "cat /etc/existing.conf /etc/deep/new.conf"),
            "from the host\nfrom the host");
}

TEST_P(MountTypesTest, TmpfsTakesSizeAndModeAsData) {
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/data", "tmpfs", "scratch",
                               {"nosuid", "nodev", "size=1m", "mode=1750", "nr_inodes=77"}));
  const std::string out =
      output_of(bundle,
                "stat -c %a /data; dd if=/dev/zero of=/data/big bs=1k count=2000 2>/dev/null || "
                "echo full; stat -c %s /data/big; cat /proc/self/mountinfo");
  EXPECT_TRUE(out.starts_with("1750\nfull\n1048576\n")) << out;
  const MountLine mount = find_mount(out, "/data");
  EXPECT_EQ(mount.type, "tmpfs");
  EXPECT_EQ(mount.source, "scratch");
  EXPECT_TRUE(has_item(mount.super_options, "size=1024k")) << mount.super_options;
  EXPECT_TRUE(has_item(mount.super_options, "nr_inodes=77")) << mount.super_options;
}

TEST_P(MountTypesTest, DevptsIsANewInstance) {
  Bundle& bundle = make_bundle();
  const std::string out = output_of(bundle, "ls /dev/pts; cat /proc/self/mountinfo");
  EXPECT_TRUE(out.starts_with("ptmx\n")) << out;
  const MountLine mount = find_mount(out, "/dev/pts");
  EXPECT_TRUE(has_item(mount.super_options, "ptmxmode=666")) << mount.super_options;
  EXPECT_TRUE(has_item(mount.super_options, "mode=620")) << mount.super_options;
}

TEST_P(MountTypesTest, OverlayJoinsItsLayers) {
  Bundle& bundle = make_bundle();
  bundle.add_file("lower/base", "base\n");
  bundle.add_file("upper/top", "top\n");
  std::filesystem::create_directories(bundle.directory() / "work");
  const std::string at = bundle.directory();
  bundle.add_mount(mount_entry(
      "/data", "overlay", "overlay",
      {"lowerdir=" + at + "/lower", "upperdir=" + at + "/upper", "workdir=" + at + "/work"}));
  const std::string out =
      output_of(bundle, "cat /data/base /data/top; echo x > /data/new; cat /proc/self/mountinfo");
  EXPECT_TRUE(out.starts_with("base\ntop\n")) << out;
  EXPECT_EQ(find_mount(out, "/data").type, "overlay");
  EXPECT_TRUE(std::filesystem::exists(bundle.directory() / "upper/new"));
  EXPECT_FALSE(std::filesystem::exists(bundle.directory() / "lower/new"));
}

TEST_P(MountTypesTest, LaterMountsCoverEarlierOnes) {
  Bundle& bundle = make_bundle();
  bundle.add_file("data/inside", "");
  bundle.add_mount(mount_entry("/data", "tmpfs", "tmpfs"));
  bundle.add_mount(mount_entry("/data/sub", "bind", bundle.directory() / "data", {"bind"}));
  EXPECT_EQ(output_of(bundle, "ls /data /data/sub"), "/data:\nsub\n\n/data/sub:\ninside");
}

using CgroupMountTest = ContainerTest;
NOSC_INSTANTIATE(CgroupMountTest, root_settings());

TEST_P(CgroupMountTest, ShowsTheContainersOwnTreeReadOnly) {
  if (cgroup2_root().empty()) GTEST_SKIP() << "no cgroup2 on this machine";
  Bundle& bundle = make_bundle();
  bundle.set_namespaces({"pid", "mount", "ipc", "uts", "network", "cgroup"});
  bundle.add_mount(
      mount_entry("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "ro"}));
  Command command = run_command(bundle);
  bundle.config()["linux"]["cgroupsPath"] = "/" + last_id();
  bundle.set_script(
      "cat /proc/self/mountinfo; mkdir /sys/fs/cgroup/new 2>/dev/null && echo made it");
  bundle.write();
  const Completed result = run(command);
  EXPECT_EQ(result.out.find("made it"), std::string::npos) << result.describe();
  int cgroup_mounts = 0;
  for (const std::string& line : split_lines(result.out)) {
    const bool is_cgroup = line.find(" - cgroup") != std::string::npos;
    if (is_cgroup) ++cgroup_mounts;
    EXPECT_TRUE(!is_cgroup || line.find(" ro,") != std::string::npos) << line;
  }
  EXPECT_GE(cgroup_mounts, 1) << result.describe();
}

}  // namespace
}  // namespace nosc::testing
