// SPDX-License-Identifier: Apache-2.0
// Configurations that are right, but that this machine can't carry out.

#include <signal.h>

#include "tests/faults/fault_test.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

using ExecutionFaultsTest = FaultTest;

TEST_F(ExecutionFaultsTest, MissingProgramIs127) {
  for (const char* program : {"/no/such/program", "no-such-program", "./no-such-program"}) {
    SCOPED_TRACE(program);
    Bundle& bundle = make_bundle();
    bundle.set_args({program});
    expect_refused(bundle, {program, "ENOENT"}, 127);
  }
}

TEST_F(ExecutionFaultsTest, NamelessProgramIs127) {
  Bundle& bundle = make_bundle();
  bundle.set_args({"", "argument"});
  expect_refused(bundle, {"/process/args/0", "executable file not found in $PATH"}, 127);
}

TEST_F(ExecutionFaultsTest, MissingInterpreterIs127) {
  Bundle& bundle = make_bundle();
  bundle.add_file("rootfs/script", "#!/no/such/interpreter\n", 0755);
  bundle.set_args({"/script"});
  expect_refused(bundle, {"/script", "ENOENT"}, 127);
}

TEST_F(ExecutionFaultsTest, WhatCannotBeExecutedIs126) {
  Bundle& plain = make_bundle();
  plain.add_file("rootfs/plain", "text\n", 0644);
  plain.set_args({"/plain"});
  expect_refused(plain, {"/plain", "EACCES"}, 126);
  Bundle& folder = make_bundle();
  folder.set_args({"/etc"});
  expect_refused(folder, {"/etc", "EACCES"}, 126);
  Bundle& format = make_bundle();
  format.add_file("rootfs/format", "no format that anyone knows\n", 0755);
  format.set_args({"/format"});
  expect_refused(format, {"/format", "ENOEXEC", "exec format error"}, 126);
}

TEST_F(ExecutionFaultsTest, MountSourceMissing) {
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/tmp", "bind", "/no/such/source", {"bind"}));
  expect_refused(bundle, {"/mounts/6", "/no/such/source", "ENOENT"});
}

TEST_F(ExecutionFaultsTest, MountPointThatProcHasNot) {
  for (const char* path : {"/proc/nosc", "/proc/sys/nosc/deeper"}) {
    SCOPED_TRACE(path);
    Bundle& bundle = make_bundle();
    bundle.add_mount(mount_entry(path, "bind", bundle.directory(), {"bind"}));
    expect_refused(bundle, {"/mounts/6", path, "over /proc", "operation not permitted"});
  }
}

TEST_F(ExecutionFaultsTest, UnknownOptionGoesToTheFileSystemWhichSaysNo) {
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/tmp", "tmpfs", "tmpfs", {"roo"}));
  expect_refused(bundle, {"/mounts/6", "/tmp", "tmpfs", "roo", "EINVAL"});
}

TEST_F(ExecutionFaultsTest, UnknownFileSystem) {
  Bundle& bundle = make_bundle();
  bundle.add_mount(mount_entry("/tmp", "nosuchfs", "none"));
  expect_refused(bundle, {"/mounts/6", "/tmp", "nosuchfs", "ENODEV"});
}

TEST_F(ExecutionFaultsTest, FolderOnAFileAndFileOnAFolder) {
  Bundle& on_file = make_bundle();
  on_file.add_file("rootfs/etc/file", "");
  on_file.add_mount(mount_entry("/etc/file", "tmpfs", "tmpfs"));
  expect_refused(on_file, {"/mounts/6", "/etc/file", "ENOTDIR", "not a directory"});
  Bundle& on_folder = make_bundle();
  on_folder.add_file("source", "");
  on_folder.add_mount(mount_entry("/tmp", "bind", on_folder.directory() / "source", {"bind"}));
  expect_refused(on_folder, {"/mounts/6", "/tmp", "not a directory"});
}

TEST_F(ExecutionFaultsTest, WorkingFolderIsAFile) {
  Bundle& bundle = make_bundle();
  bundle.add_file("rootfs/etc/file", "");
  bundle.config()["process"]["cwd"] = "/etc/file";
  expect_refused(bundle, {"/process/cwd", "/etc/file", "ENOTDIR"});
}

TEST_F(ExecutionFaultsTest, LimitAboveTheCallersOwn) {
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["rlimits"] = Json::array(
      {Json::object({{"type", "RLIMIT_NOFILE"}, {"soft", 2147483647}, {"hard", 2147483647}})});
  expect_refused(bundle, {"/process/rlimits/0", "EPERM"});
}

TEST_F(ExecutionFaultsTest, IdInUse) {
  Bundle& bundle = make_bundle();
  bundle.set_script("trap 'exit 0' TERM; echo ready; while :; do sleep 0.02; done");
  Command command = run_command(bundle);
  Process first(command);
  ASSERT_TRUE(first.wait_for_output("ready"));
  Bundle& other = make_bundle();
  other.write();
  expect_one_line(run(runtime_command({"run", "--bundle", other.directory(), last_id()})), 1,
                  {last_id()});
  first.send_signal(SIGTERM);
  EXPECT_EQ(first.finish().exit_status, 0);
}

TEST_F(ExecutionFaultsTest, IdIsFreeAgainAfterwards) {
  Bundle& bundle = make_bundle();
  const Command command = run_command(bundle);
  EXPECT_EQ(run(command).exit_status, 0);
  EXPECT_EQ(run(command).exit_status, 0);
}

class UnprivilegedFaultsTest : public FaultTest {
 protected:
  Setting setting() const override { return {Caller::kPlainUser, Kernel::kFull}; }
};

TEST_F(UnprivilegedFaultsTest, CgroupWithoutPermission) {
  NOSC_ONLY();
  if (cgroup2_root().empty()) GTEST_SKIP() << "no cgroup2 on this machine";
  Bundle& bundle = make_bundle();
  run_command(bundle);
  bundle.config()["linux"]["cgroupsPath"] = "/" + last_id();
  expect_refused(bundle, {"/linux/cgroupsPath", "EACCES"});
}

TEST_F(UnprivilegedFaultsTest, NoUserNamespace) {
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  bundle.set_namespaces({"mount", "pid", "ipc", "uts", "network"});
  bundle.config()["linux"].erase("uidMappings");
  bundle.config()["linux"].erase("gidMappings");
  expect_refused(bundle, {"/linux/namespaces", "user namespace"});
}

}  // namespace
}  // namespace nosc::testing
