// SPDX-License-Identifier: Apache-2.0
// Images made to deceive the runtime: symlinks where it expects folders, files and devices.

#include <fstream>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

class ImageAttacksTest : public ContainerTest {
 protected:
  // A folder of the host that an attack would like to reach.
  fs::path make_victim() {
    const fs::path victim = make_folder("victim");
    std::ofstream(victim / "file") << "precious\n";
    return victim;
  }

  // The container runs, in an image that has what was asked for, wherever its links lead.
  void expect_runs(Bundle& bundle) { EXPECT_EQ(output_of(bundle, "echo ran"), "ran"); }

  void expect_untouched(const fs::path& victim) {
    EXPECT_EQ(std::distance(fs::directory_iterator(victim), {}), 1);
    EXPECT_EQ(read_file(victim / "file"), "precious\n");
  }
};
NOSC_INSTANTIATE(ImageAttacksTest, all_settings());

// CVE-2023-27561, CVE-2025-54867
TEST_P(ImageAttacksTest, ProcAndSysAreSymlinks) {
  const fs::path victim = make_victim();
  for (const char* name : {"proc", "sys"}) {
    for (const std::string& target :
         {std::string("/tmp"), std::string("tmp"), victim.string(), std::string("../victim")}) {
      Bundle& bundle = make_bundle();
      fs::remove(bundle.rootfs() / name);
      fs::create_symlink(target, bundle.rootfs() / name);
      const Completed result = run_bundle(bundle);
      EXPECT_NE(result.exit_status, 0) << name << " -> " << target;
      expect_untouched(victim);
    }
  }
}

// CVE-2026-41579, CVE-2026-47766
TEST_P(ImageAttacksTest, DevIsASymlink) {
  const fs::path victim = make_victim();
  for (const std::string& target :
       {victim.string(), std::string("../../victim"), std::string("/etc")}) {
    Bundle& bundle = make_bundle();
    fs::remove(bundle.rootfs() / "dev");
    fs::create_symlink(target, bundle.rootfs() / "dev");
    expect_runs(bundle);
    expect_untouched(victim);
    Bundle& without_mount = make_bundle();
    without_mount.config()["mounts"] = Json::array({mount_entry("/proc", "proc", "proc")});
    fs::remove(without_mount.rootfs() / "dev");
    fs::create_symlink(target, without_mount.rootfs() / "dev");
    expect_runs(without_mount);
    expect_untouched(victim);
  }
}

// CVE-2025-31133: what covers a masked file must be the null device.
TEST_P(ImageAttacksTest, NullDeviceIsASymlink) {
  Bundle& bundle = make_bundle();
  bundle.config()["mounts"] = Json::array({mount_entry("/proc", "proc", "proc")});
  bundle.add_file("rootfs/etc/bait", "bait\n");
  bundle.add_file("rootfs/etc/secret", "secret\n");
  fs::create_symlink("/etc/bait", bundle.rootfs() / "dev/null");
  bundle.config()["linux"]["maskedPaths"] = Json::strings({"/etc/secret"});
  bundle.set_script("cat /etc/secret; echo ran");
  const Completed result = run_bundle(bundle);
  if (result.exit_status == 0) EXPECT_EQ(result.out, "ran\n") << result.describe();
  EXPECT_EQ(read_file(bundle.rootfs() / "etc/bait"), "bait\n");
}

TEST_P(ImageAttacksTest, MaskedAndReadOnlyPathsAreSymlinks) {
  const fs::path victim = make_victim();
  Bundle& bundle = make_bundle();
  fs::create_symlink(victim, bundle.rootfs() / "etc/folder");
  fs::create_symlink(victim / "file", bundle.rootfs() / "etc/file");
  bundle.config()["linux"]["maskedPaths"] = Json::strings({"/etc/file", "/etc/folder"});
  bundle.config()["linux"]["readonlyPaths"] = Json::strings({"/etc/folder", "/etc/file"});
  expect_runs(bundle);
  expect_untouched(victim);
}

// CVE-2019-18837, CVE-2025-24965, CVE-2026-88264
TEST_P(ImageAttacksTest, TargetsToBeMadeAreDanglingSymlinks) {
  const fs::path victim = make_victim();
  Bundle& bundle = make_bundle();
  bundle.add_file("one.conf", "");
  fs::create_symlink(victim / "new", bundle.rootfs() / "etc/new");
  fs::create_symlink("../../victim/other", bundle.rootfs() / "etc/other");
  fs::create_symlink(victim / "folder", bundle.rootfs() / "etc/folder");
  const std::string source = bundle.directory() / "one.conf";
  bundle.add_mount(mount_entry("/etc/new", "bind", source, {"bind"}));
  bundle.add_mount(mount_entry("/etc/other", "bind", source, {"bind"}));
  bundle.add_mount(mount_entry("/etc/folder", "tmpfs", "tmpfs"));
  bundle.config()["process"]["cwd"] = "/etc/folder/deeper";
  expect_runs(bundle);
  expect_untouched(victim);
}

TEST_P(ImageAttacksTest, DeviceNodesToBeMadeAreSymlinks) {
  const fs::path victim = make_victim();
  Bundle& bundle = make_bundle();
  bundle.config()["mounts"] = Json::array({mount_entry("/proc", "proc", "proc")});
  for (const char* name : {"null", "zero", "full", "tty", "random", "urandom", "console"}) {
    fs::create_symlink(victim / "file", bundle.rootfs() / "dev" / name);
  }
  for (const char* name : {"fd", "stdin", "ptmx", "shm", "pts"}) {
    fs::create_symlink(victim, bundle.rootfs() / "dev" / name);
  }
  expect_runs(bundle);
  expect_untouched(victim);
}

// CVE-2024-21626: a working folder that leads out by a descriptor left open.
TEST_P(ImageAttacksTest, WorkingFolderIsADescriptor) {
  for (int fd = 3; fd < 16; ++fd) {
    for (const char* process : {"self", "1", "thread-self"}) {
      Bundle& bundle = make_bundle();
      bundle.config()["process"]["cwd"] =
          std::string("/proc/") + process + "/fd/" + std::to_string(fd);
      bundle.set_script("stat -c %d:%i ./../../../../../../.. /");
      const Completed result = run_bundle(bundle);
      if (result.exit_status != 0) continue;
      const std::vector<std::string> lines = split_lines(result.out);
      ASSERT_EQ(lines.size(), 2u) << result.describe();
      EXPECT_EQ(lines[0], lines[1]) << fd;
    }
  }
}

TEST_P(ImageAttacksTest, WorkingFolderIsASymlinkToADescriptor) {
  Bundle& bundle = make_bundle();
  fs::create_symlink("/proc/self/fd", bundle.rootfs() / "way");
  for (int fd = 3; fd < 12; ++fd) {
    bundle.config()["process"]["cwd"] = "/way/" + std::to_string(fd);
    bundle.set_script("stat -c %d:%i ./../../../../../../.. /");
    const Completed result = run_bundle(bundle);
    if (result.exit_status != 0) continue;
    const std::vector<std::string> lines = split_lines(result.out);
    ASSERT_EQ(lines.size(), 2u) << result.describe();
    EXPECT_EQ(lines[0], lines[1]) << fd;
  }
}

// CVE-2019-16884: writes that should reach the kernel would land in the volume.
TEST_P(ImageAttacksTest, VolumeOverProcIsRefused) {
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/proc", "tmpfs", "tmpfs"));
  EXPECT_NE(run_bundle(bundle).exit_status, 0);
}

using UserAttacksTest = ContainerTest;
NOSC_INSTANTIATE(UserAttacksTest, root_settings());

// CVE-2016-3697
TEST_P(UserAttacksTest, NumericNameInPasswd) {
  Bundle& bundle = make_bundle();
  bundle.add_file("rootfs/etc/passwd", "1000:x:0:0:root:/root:/bin/sh\n");
  bundle.add_file("rootfs/etc/group", "1000:x:0:\n");
  bundle.config()["process"]["user"] = Json::object({{"uid", 1000}, {"gid", 1000}});
  const std::string status = output_of(bundle, "cat /proc/self/status");
  EXPECT_EQ(field_of(status, "Uid"), "1000\t1000\t1000\t1000");
  EXPECT_EQ(field_of(status, "Gid"), "1000\t1000\t1000\t1000");
}

// CVE-2016-8867
TEST_P(UserAttacksTest, OrdinaryUserHasNoCapabilities) {
  Bundle& bundle = make_bundle();
  bundle.grant_all_capabilities();
  bundle.config()["process"]["user"] = Json::object({{"uid", 1000}, {"gid", 1000}});
  const std::string status = output_of(bundle, "cat /proc/self/status");
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
    EXPECT_EQ(field_of(status, set), "0000000000000000") << set;
  }
}

}  // namespace
}  // namespace nosc::testing
