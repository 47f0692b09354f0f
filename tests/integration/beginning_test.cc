// SPDX-License-Identifier: Apache-2.0
// Where a container's program starts: in a root among its caller's mounts, in a directory that it
// may not search, or not at all, when it is told to end before.

#include <unistd.h>

#include "tests/support/inspect.h"
#include "tests/support/lifecycle.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

using Beginning = LifecycleTest;
NOSC_INSTANTIATE(Beginning, all_settings());

constexpr const char* kStay = "echo started; exec sleep 1000";

// The kernel drops what the first process of a pid namespace has no handler for.
TEST_P(Beginning, ASignalEndsWhatWaitsForItsStart) {
  NOSC_ONLY();
  for (const char* signal : {"HUP", "INT", "QUIT", "TERM"}) {
    Bundle& bundle = make_bundle();
    bundle.set_script(kStay);
    ASSERT_EQ(create(bundle).exit_status, 0);
    EXPECT_EQ(command({"kill", "ID", signal}).exit_status, 0);
    EXPECT_TRUE(wait_for_status("stopped")) << signal;
    EXPECT_EQ(command({"start", "ID"}).exit_status, 1);
    EXPECT_EQ(command({"delete", "ID"}).exit_status, 0);
    EXPECT_EQ(output(), "");
  }
}

// It must not pass for a container that has been created and has ended since.
TEST_P(Beginning, ASetUpThatTheKernelKills) {
  if (caller() != Caller::kRoot) GTEST_SKIP() << "limits are root's";
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["resources"] =
      Json::object({{"memory", Json::object({{"limit", 40960}})}});
  const Completed result = create(bundle);
  EXPECT_EQ(result.exit_status, 1) << result.describe();
  EXPECT_EQ(result.err.substr(0, 6), "nosc: ") << result.describe();
  EXPECT_EQ(command({"state", "ID"}).exit_status, 1);
}

// Nor for one whose program was killed; what is to come after it doesn't.
TEST_P(Beginning, ASetUpThatIsKilledIsNoProgram) {
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  const fs::path marker = make_folder("marker") / "poststart";
  const auto hook = [](const std::string& script) {
    return Json::array({Json::object({{"path", "/bin/sh"},
                                      {"args", Json::strings({"sh", "-c", script})},
                                      {"env", Json::strings({"PATH=/usr/bin:/bin"})}})});
  };
  bundle.config()["hooks"] =
      Json::object({{"prestart", hook("kill -9 $(sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/')")},
                    {"poststart", hook("touch " + marker.string())}});
  bundle.set_script("echo reached");
  const Completed result = run(run_command(bundle));
  EXPECT_EQ(result.exit_status, 1) << result.describe();
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("killed"), std::string::npos) << result.describe();
  EXPECT_FALSE(fs::exists(marker));
}

// One to the working directory is kept, for the last stage to come back to, while it may be needed.
TEST_P(Beginning, AnEarlyFilterLeavesNoDescriptor) {
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["noNewPrivileges"] = false;
  bundle.config()["linux"]["seccomp"] = Json::object({{"defaultAction", "SCMP_ACT_ALLOW"}});
  bundle.config()["linux"]["seccomp"]["syscalls"] = Json::array(
      {Json::object({{"names", Json::strings({"personality"})}, {"action", "SCMP_ACT_ERRNO"}})});
  bundle.set_script("ls /proc/1/fd; echo all; exec sleep 1000");
  ASSERT_EQ(create(bundle).exit_status, 0);
  EXPECT_EQ(command({"start", "ID"}).exit_status, 0);
  EXPECT_TRUE(wait_for_output("0\n1\n2\nall\n")) << output();
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
}

// Its mounts are among the caller's, and go with it.
TEST_P(Beginning, ARootInTheCallersMountNamespace) {
  if (caller() != Caller::kRoot) GTEST_SKIP() << "the caller's mounts are not a plain user's";
  NOSC_ONLY();
  const auto mounts_below = [](const Bundle& bundle) {
    const std::string mounts = read_file("/proc/self/mountinfo");
    size_t count = 0;
    const std::string rootfs = bundle.rootfs();
    for (size_t at = 0; (at = mounts.find(' ' + rootfs, at)) != mounts.npos; ++at) ++count;
    return count;
  };
  const auto make = [&]() -> Bundle& {
    Bundle& bundle = make_bundle();
    bundle.set_namespaces({"pid", "ipc", "uts", "network"});
    bundle.config()["linux"].erase("maskedPaths");
    bundle.config()["linux"].erase("readonlyPaths");
    bundle.set_script(kStay);
    return bundle;
  };
  Bundle& bundle = make();
  bundle.add_file("rootfs/here", "");
  ASSERT_EQ(create(bundle).exit_status, 0);
  EXPECT_EQ(fs::read_symlink("/proc/" + std::to_string(pid()) + "/ns/mnt"),
            fs::read_symlink("/proc/self/ns/mnt"));
  EXPECT_EQ(fs::read_symlink("/proc/" + std::to_string(pid()) + "/root"), bundle.rootfs());
  EXPECT_EQ(command({"start", "ID"}).exit_status, 0);
  EXPECT_TRUE(wait_for_output("started"));
  EXPECT_GT(mounts_below(bundle), 1u);
  if (GetParam().kernel != Kernel::kOld) {  // exec needs namespaces by pidfd
    const Completed inside = command({"exec", "ID", "ls", "/here", "/proc/self/stat"});
    EXPECT_EQ(inside.out, "/here\n/proc/self/stat\n") << inside.describe();
  }
  EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
  EXPECT_EQ(mounts_below(bundle), 0u);

  Bundle& failing = make();
  failing.set_args({"/no/such/program"});
  EXPECT_NE(create(failing).exit_status, 0);
  EXPECT_EQ(mounts_below(failing), 0u);

  Bundle& foreground = make();
  EXPECT_EQ(output_of(foreground, "pwd && ls / | grep -c ."),
            "/\n" + output_of(foreground, "ls / | grep -c ."));
  EXPECT_EQ(mounts_below(foreground), 0u);
}

// Root inside enters it, and the program stays where it is: neither the filter nor the wait for the
// start may need to look the directory up again.
TEST_P(Beginning, ADirectoryThatTheProgramMayNotSearch) {
  if (caller() != Caller::kRoot) GTEST_SKIP() << "a plain user's directories are its own";
  NOSC_ONLY();
  for (const bool is_root : {false, true}) {
    Bundle& bundle = make_bundle();
    const fs::path closed = bundle.rootfs() / "closed";
    fs::create_directory(closed);
    fs::permissions(closed, fs::perms::owner_all);
    if (is_root) ASSERT_EQ(chown(closed.c_str(), 7, 7), 0);
    Json& process = bundle.config()["process"];
    process["cwd"] = "/closed";
    process["noNewPrivileges"] = false;
    if (is_root) process["capabilities"] = Json::object({});
    if (!is_root) process["user"] = Json::object({{"uid", 1000}, {"gid", 1000}});
    bundle.config()["linux"]["seccomp"] = Json::object({{"defaultAction", "SCMP_ACT_ALLOW"}});
    bundle.config()["linux"]["seccomp"]["syscalls"] = Json::array(
        {Json::object({{"names", Json::strings({"personality"})}, {"action", "SCMP_ACT_ERRNO"}})});
    bundle.set_script("echo at $PWD; exec sleep 1000");
    const Completed created = create(bundle);
    ASSERT_EQ(created.exit_status, 0) << created.describe();
    EXPECT_EQ(command({"start", "ID"}).exit_status, 0);
    EXPECT_TRUE(wait_for_output("at /closed")) << output();
    EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
  }
}

}  // namespace
}  // namespace nosc::testing
