// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/host_mounts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "engine/rt/testing.h"

namespace nosc::cli {
namespace {

// A line of /proc/self/mountinfo with a mount point.
std::string line(const std::string& mount_point) {
  return "36 25 8:1 / " + mount_point + " rw,relatime shared:1 - ext4 /dev/sda1 rw";
}

TEST(ShownMountPoint, ShowsWhatHoldsFiles) {
  for (const char* point : {"/usr", "/home", "/boot/efi", "/var/lib/docker", "/runs", "/temporary",
                            "/devices", "/procedures", "/system"}) {
    EXPECT_EQ(shown_mount_point(line(point)), point);
  }
}

TEST(ShownMountPoint, HidesTheRootAndWhatIsTheKernels) {
  for (const char* point : {"/", "/proc", "/proc/sys/fs/binfmt_misc", "/sys", "/sys/fs/cgroup",
                            "/dev", "/dev/pts", "/run", "/run/user/1000", "/tmp", "/tmp/x"}) {
    EXPECT_EQ(shown_mount_point(line(point)), "") << point;
  }
}

TEST(ShownMountPoint, HidesPathsWithEscapes) {
  EXPECT_EQ(shown_mount_point(line("/mnt/with\\040space")), "");
}

TEST(ShownMountPoint, GivesNothingForBrokenLines) {
  for (const char* text : {"", " ", "36", "36 25 8:1 /", "36 25 8:1 / ", "    "}) {
    EXPECT_EQ(shown_mount_point(text), "") << text;
  }
}

TEST(KernelMountPoints, AreFoundByTheirTypes) {
  Arena arena;
  constexpr std::string_view kMountinfo =
      "22 28 0:21 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
      "23 28 0:22 / /proc rw,relatime - proc proc rw\n"
      "24 28 0:23 / /dev rw - devtmpfs udev rw\n"
      "25 23 0:24 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw\n"
      "26 28 0:22 / /srv/other\\040root/proc rw - proc none rw\n"
      "27 28 0:22 / /bundle/rootfs/proc rw - proc none rw\n"
      "28 1 8:1 / / rw - ext4 /dev/sda1 rw\n";
  const auto points =
      outcome_of([&] { return kernel_mount_points(kMountinfo, "/bundle/rootfs", arena); });
  ASSERT_TRUE(points.ok());
  ASSERT_EQ(points->size(), 3u);
  EXPECT_STREQ((*points)[0], "/sys");
  EXPECT_STREQ((*points)[1], "/proc");
  EXPECT_STREQ((*points)[2], "/srv/other root/proc");
}

const spec::Mount* find(std::span<const spec::Mount> mounts, std::string_view destination) {
  const auto found = std::find_if(mounts.begin(), mounts.end(), [&](const spec::Mount& mount) {
    return mount.destination == destination;
  });
  return found == mounts.end() ? nullptr : &*found;
}

constexpr spec::Mount kOwn[] = {
    {.destination = "/proc", .type = "proc", .source = "proc", .options = {}},
    {.destination = "/dev", .type = "tmpfs", .source = "", .options = {}}};

TEST(HostMounts, AreReadOnlyAndComeFirst) {
  Arena arena;
  const auto mounts = outcome_of([&] { return with_host_mounts(kOwn, HostMounts::kShown, arena); });
  ASSERT_TRUE(mounts.ok());
  ASSERT_GE(mounts->size(), 2u);
  const size_t hosts = mounts->size() - 2;
  EXPECT_EQ((*mounts)[hosts].destination, "/proc");
  EXPECT_EQ((*mounts)[hosts + 1].destination, "/dev");
  for (const spec::Mount& mount : mounts->first(hosts)) {
    EXPECT_EQ(mount.source, mount.destination);
    EXPECT_EQ(mount.source.data()[mount.source.size()], '\0');
    EXPECT_NE(std::find(mount.options.begin(), mount.options.end(), "ro"), mount.options.end());
  }
}

TEST(HostMounts, AReadOnlyRootGetsATmp) {
  Arena arena;
  const auto mounts =
      outcome_of([&] { return with_host_mounts(kOwn, HostMounts::kCovered, arena); });
  ASSERT_TRUE(mounts.ok());
  EXPECT_EQ(mounts->size(), 3u);
  const spec::Mount* tmp = find(*mounts, "/tmp");
  ASSERT_NE(tmp, nullptr);
  EXPECT_EQ(tmp->type, "tmpfs");
  EXPECT_NE(find(*mounts, "/proc"), nullptr);
}

}  // namespace
}  // namespace nosc::cli
