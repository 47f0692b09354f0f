// SPDX-License-Identifier: Apache-2.0
// Where mounts land: targets are made where they are missing and never leave the root file system.

#include <fstream>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

using MountTargetsTest = ContainerTest;
NOSC_INSTANTIATE(MountTargetsTest, all_settings());

TEST_P(MountTargetsTest, MissingFoldersAreMade) {
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/one/two/three", "tmpfs", "tmpfs", {"mode=700"}));
  EXPECT_EQ(output_of(bundle, "stat -c '%F %a' /one /one/two /one/two/three"),
            "directory 755\ndirectory 755\ndirectory 700");
}

TEST_P(MountTargetsTest, AllTargetsMissing) {
  Bundle& bundle = make_bundle();
  for (const char* name : {"proc", "sys", "dev", "tmp", "etc"}) {
    fs::remove_all(bundle.rootfs() / name);
  }
  EXPECT_EQ(output_of(bundle, "test -e /proc/self/status && test -c /dev/null && echo fine"),
            "fine");
}

TEST_P(MountTargetsTest, MissingFoldersSideBySide) {
  Bundle& bundle = make_bundle();
  for (const char* path :
       {"/new/one", "/new/two", "/new/two/deep", "/new/two/wide", "/new/three"}) {
    bundle.add_mount(mount_entry(path, "tmpfs", "tmpfs"));
  }
  EXPECT_EQ(output_of(bundle, "find /new | sort && grep -c ' /new/' /proc/self/mountinfo"),
            "/new\n/new/one\n/new/three\n/new/two\n/new/two/deep\n/new/two/wide\n5");
}

// What covers a folder in which mount points were made has those that follow.
TEST_P(MountTargetsTest, MissingFoldersUnderWhatCoversThem) {
  Bundle& bundle = make_bundle();
  fs::create_symlink("/new", bundle.rootfs() / "link");
  for (const char* path : {"/new", "/new/one", "/link", "/new/two"}) {
    bundle.add_mount(mount_entry(path, "tmpfs", "tmpfs"));
  }
  EXPECT_EQ(output_of(bundle, "find /new | sort"), "/new\n/new/two");
}

TEST_P(MountTargetsTest, DotsInADestinationAreResolvedInside) {
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/one/../../../../data/./here", "tmpfs", "tmpfs"));
  const std::string mounts = output_of(bundle, "cat /proc/self/mountinfo");
  EXPECT_EQ(find_mount(mounts, "/data/here").type, "tmpfs") << mounts;
}

TEST_P(MountTargetsTest, AbsoluteSymlinkIsResolvedInside) {
  Bundle& bundle = make_bundle();
  fs::create_symlink("/etc", bundle.rootfs() / "link");
  bundle.add_mount(mount_entry("/link", "tmpfs", "tmpfs"));
  const std::string mounts = output_of(bundle, "cat /proc/self/mountinfo");
  EXPECT_EQ(find_mount(mounts, "/etc").type, "tmpfs") << mounts;
}

TEST_P(MountTargetsTest, ClimbingSymlinkStopsAtTheRoot) {
  Bundle& bundle = make_bundle();
  fs::create_symlink("../../../../../../tmp", bundle.rootfs() / "etc/link");
  bundle.add_mount(mount_entry("/etc/link", "tmpfs", "tmpfs"));
  const std::string mounts = output_of(bundle, "cat /proc/self/mountinfo");
  EXPECT_EQ(find_mount(mounts, "/tmp").type, "tmpfs") << mounts;
}

TEST_P(MountTargetsTest, SymlinkInTheMiddleAndMissingRest) {
  Bundle& bundle = make_bundle();
  fs::create_symlink("etc", bundle.rootfs() / "link");
  bundle.add_mount(mount_entry("/link/new/target", "tmpfs", "tmpfs"));
  const std::string mounts = output_of(bundle, "cat /proc/self/mountinfo");
  EXPECT_EQ(find_mount(mounts, "/etc/new/target").type, "tmpfs") << mounts;
}

TEST_P(MountTargetsTest, SymlinkToAFolderThatOnlyTheHostHas) {
  Bundle& bundle = make_bundle();
  const fs::path outside = make_folder("outside");
  fs::create_symlink(outside, bundle.rootfs() / "link");
  bundle.add_mount(mount_entry("/link/made", "tmpfs", "tmpfs"));
  bundle.set_script("cat /proc/self/mountinfo");
  const Completed result = run_bundle(bundle);
  // It may be made inside or refused; the host's folder stays as it was.
  EXPECT_TRUE(fs::is_empty(outside)) << result.describe();
  if (result.exit_status == 0) {
    EXPECT_EQ(find_mount(result.out, (outside / "made").string()).type, "tmpfs") << result.out;
  }
}

TEST_P(MountTargetsTest, FileBindThroughASymlinkedFile) {
  Bundle& bundle = make_bundle();
  bundle.add_file("one.conf", "from the host\n");
  bundle.add_file("rootfs/etc/real.conf", "from the image\n");
  fs::create_symlink("/etc/real.conf", bundle.rootfs() / "etc/link.conf");
  bundle.add_mount(
      mount_entry("/etc/link.conf", "bind", bundle.directory() / "one.conf", {"bind"}));
  EXPECT_EQ(output_of(bundle, "cat /etc/real.conf"), "from the host");
  EXPECT_EQ(read_file(bundle.rootfs() / "etc/real.conf"), "from the image\n");
}

TEST_P(MountTargetsTest, RootIsGivenRelativeOrAbsolute) {
  for (const char* path : {"rootfs", "./rootfs/", "rootfs/../rootfs"}) {
    Bundle& bundle = make_bundle();
    bundle.config()["root"]["path"] = path;
    EXPECT_EQ(output_of(bundle, "echo fine"), "fine") << path;
  }
  Bundle& bundle = make_bundle();
  bundle.config()["root"]["path"] = std::string(bundle.rootfs());
  EXPECT_EQ(output_of(bundle, "echo fine"), "fine");
}

TEST_P(MountTargetsTest, BundleFromTheCurrentFolder) {
  Bundle& bundle = make_bundle();
  bundle.set_script("echo fine");
  bundle.write();
  Command command = runtime_command({"run", next_id()});
  command.working_directory = bundle.directory();
  const Completed result = run(command);
  EXPECT_EQ(result.out, "fine\n") << result.describe();
}

// A source in the container's own tree is what has been mounted there by then, and the host's links
// in it lead nowhere else. Some callers write destinations as they are on the host.
TEST_P(MountTargetsTest, SourcesAndDestinationsInTheRootByTheirHostPath) {
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  const std::string rootfs = bundle.rootfs();
  const fs::path outside = make_folder("outside");
  std::ofstream(outside / "file") << "outside";
  fs::create_symlink("/etc", bundle.rootfs() / "link");
  bundle.add_file("rootfs/etc/inside", "");
  bundle.add_mount(mount_entry("/first", "bind", outside, {"bind"}));
  bundle.add_mount(mount_entry("/second", "bind", rootfs + "/first", {"bind"}));
  bundle.add_mount(mount_entry(rootfs + "/third", "bind", rootfs + "/second", {"bind"}));
  bundle.add_mount(mount_entry("/fourth", "bind", rootfs + "/link", {"bind"}));
  EXPECT_EQ(output_of(bundle, "cat /third/file; ls /fourth/inside"), "outside/fourth/inside");
}

// A mount over the root itself would be seen by nobody, and what is made in it would be the
// image's.
TEST_P(MountTargetsTest, LinkToTheRootIsNoMountPoint) {
  NOSC_ONLY();
  for (const char* target : {"/", ".", "../.."}) {
    Bundle& bundle = make_bundle();
    std::filesystem::create_symlink(target, bundle.rootfs() / "link");
    bundle.add_mount(mount_entry("/link", "tmpfs", "tmpfs"));
    const Completed result = run_bundle(bundle);
    EXPECT_EQ(result.exit_status, 1) << result.describe();
    EXPECT_NE(result.err.find("ELOOP"), result.err.npos) << result.describe();
  }
}

// The kernel refuses to mount a file system on itself.
TEST_P(MountTargetsTest, AFileSystemOnItself) {
  NOSC_ONLY();
  if (cgroup2_root().empty()) GTEST_SKIP() << "no cgroup2 on this machine";
  Bundle& bundle = make_bundle();
  std::vector<std::string> namespaces = {"pid", "mount", "ipc", "uts", "network", "cgroup"};
  if (caller() == Caller::kPlainUser) namespaces.emplace_back("user");
  bundle.set_namespaces(namespaces);
  for (int i = 0; i < 2; ++i) {
    bundle.add_mount(mount_entry("/cgroups", "cgroup2", "cgroup", {"ro"}));
  }
  EXPECT_EQ(output_of(bundle, "grep -c '/cgroups .* - cgroup2 ' /proc/self/mountinfo"), "2");
}

}  // namespace
}  // namespace nosc::testing
