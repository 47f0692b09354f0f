// SPDX-License-Identifier: Apache-2.0
// What the kernel keeps about the container's process: clocks, keys, scheduling, execution domain.

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

using AttributesTest = ContainerTest;
NOSC_INSTANTIATE(AttributesTest, root_settings());

TEST_P(AttributesTest, ClocksAreAhead) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["namespaces"].push(Json::object({{"type", "time"}}));
  bundle.config()["linux"]["timeOffsets"] =
      Json::object({{"boottime", Json::object({{"secs", 1000000000}, {"nanosecs", 5}})}});
  const std::string text = output_of(bundle, "cat /proc/uptime; cat /proc/self/timens_offsets");
  EXPECT_GE(std::stod(text), 1e9) << text;
  EXPECT_NE(text.find("boottime   1000000000         5"), std::string::npos) << text;
}

TEST_P(AttributesTest, ExecutionDomain) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["personality"] = Json::object({{"domain", "LINUX32"}});
  EXPECT_EQ(output_of(bundle, "cat /proc/self/personality"), "00000008");
}

TEST_P(AttributesTest, SchedulingAndIoPriority) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["scheduler"] = Json::object({{"policy", "SCHED_BATCH"}, {"nice", 7}});
  bundle.config()["process"]["ioPriority"] = Json::object({{"class", "IOPRIO_CLASS_IDLE"}});
  // Fields 19 and 41 of proc_pid_stat(5): nice and policy.
  EXPECT_EQ(output_of(bundle, "cut -d' ' -f19,41 /proc/1/stat; ionice -p 1"), "7 3\nidle");
}

TEST_P(AttributesTest, SessionKeyring) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"].erase("maskedPaths");
  bundle.set_script("cat /proc/keys");
  const Completed own = run_bundle(bundle);
  EXPECT_NE(own.out.find(" _ses." + last_id() + ":"), std::string::npos) << own.describe();
  Command command = run_command(bundle);
  command.argv.insert(command.argv.end() - 1, "--no-new-keyring");
  const Completed callers = run(command);
  EXPECT_EQ(callers.out.find(" _ses." + last_id() + ":"), std::string::npos);
}

TEST_P(AttributesTest, DescriptorsOfTheCaller) {
  Bundle& bundle = make_bundle();
  bundle.set_script("ls /proc/self/fd | tr '\\n' ' '; echo $LISTEN_FDS $LISTEN_PID; cat <&4");
  bundle.add_file("note", "for the container\n");
  const std::string note = bundle.directory() / "note";
  Command command = run_command(bundle);
  std::string words;
  for (const std::string& word : command.argv) words += " '" + word + "'";
  const std::string open = "exec 3</dev/null 4<'" + note + "' 5</dev/null;";
  command.argv = {"/bin/sh", "-c", open + "LISTEN_FDS=1 exec" + words + " --preserve-fds 1"};
  const Completed result = run(command);
  // The list's own descriptor is 5: the caller's is not there.
  EXPECT_EQ(result.out, "0 1 2 3 4 5 1 1\nfor the container\n") << result.describe();
  command.argv.back() = "exec" + words + " --preserve-fds 2";
  const Completed missing = run(command);
  EXPECT_EQ(missing.exit_status, 1);
  EXPECT_EQ(missing.err, "nosc: pass on descriptor \"4\": EBADF\n");
}

// podman's --preserve-fd names some, and leaves those between them closed.
TEST_P(AttributesTest, DescriptorsOfTheCallerMayHaveHoles) {
  Bundle& bundle = make_bundle();
  bundle.set_script("ls /proc/self/fd | tr '\\n' ' '; cat <&5");
  bundle.add_file("note", "for the container\n");
  Command command = run_command(bundle);
  std::string words;
  for (const std::string& word : command.argv) words += " '" + word + "'";
  const std::string open = "exec 5<'" + std::string(bundle.directory() / "note") + "';";
  command.argv = {"/bin/sh", "-c", open + "exec" + words + " --preserve-fds 3"};
  const Completed result = run(command);
  EXPECT_EQ(result.out, "0 1 2 3 5 for the container\n") << result.describe();
}

TEST_P(AttributesTest, PidFile) {
  Bundle& bundle = make_bundle();
  bundle.set_script("true");
  Command command = run_command(bundle);
  command.working_directory = bundle.directory();
  command.argv.insert(command.argv.end() - 1, {"--pid-file", "pid"});
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_GT(std::stoi(read_file(bundle.directory() / "pid")), 1);
  command.argv[command.argv.size() - 2] = "/no/such/folder/pid";
  EXPECT_EQ(run(command).exit_status, 1);
}

TEST_P(AttributesTest, LabelsNeedTheirModule) {
  if (!read_file("/sys/module/apparmor/parameters/enabled").empty()) GTEST_SKIP() << "AppArmor";
  if (std::filesystem::exists("/sys/fs/selinux")) GTEST_SKIP() << "SELinux";
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["apparmorProfile"] = "profile";
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_EQ(result.err,
            "nosc: /process/apparmorProfile: AppArmor is disabled or not supported on this host\n");
}

// A parameter of the host by way of a namespace that is joined in name only.
TEST_P(AttributesTest, JoinedNamespaceOfTheHostTakesNoParameter) {
  Bundle& bundle = make_bundle();
  bundle.set_namespaces({"mount", "pid", "uts", "ipc"});
  bundle.config()["linux"]["namespaces"].push(
      Json::object({{"type", "network"}, {"path", "/proc/self/ns/net"}}));
  const std::string before = read_file("/proc/sys/net/ipv4/ip_default_ttl");
  bundle.config()["linux"]["sysctl"] = Json::object({{"net.ipv4.ip_default_ttl", "65"}});
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_NE(result.err.find("is the host's, which linux.sysctl would change"), std::string::npos);
  EXPECT_EQ(read_file("/proc/sys/net/ipv4/ip_default_ttl"), before);
}

using RootMountsTest = ContainerTest;
NOSC_INSTANTIATE(RootMountsTest, root_settings());

TEST_P(RootMountsTest, TmpfsBeginsWithTheImagesFiles) {
  Bundle& bundle = make_bundle();
  bundle.add_file("rootfs/etc/tree/below/.hidden", "hidden\n", 0640);
  std::filesystem::create_symlink("/somewhere", bundle.rootfs() / "etc/tree/link");
  bundle.add_mount(mount_entry("/etc/tree", "tmpfs", "tmpfs", {"tmpcopyup"}));
  EXPECT_EQ(output_of(bundle,
                      "cd /etc/tree; stat -c %a below/.hidden; cat below/.hidden; readlink link;"
                      "echo changed > below/.hidden"),
            "640\nhidden\n/somewhere");
  EXPECT_EQ(read_file(bundle.rootfs() / "etc/tree/below/.hidden"), "hidden\n");
}

TEST_P(RootMountsTest, TmpfsTakesTheModeOfItsDestination) {
  Bundle& bundle = make_bundle();
  std::filesystem::create_directory(bundle.rootfs() / "etc/private");
  std::filesystem::permissions(bundle.rootfs() / "etc/private", std::filesystem::perms(0710));
  bundle.add_mount(mount_entry("/etc/private", "tmpfs", "tmpfs"));
  bundle.add_mount(mount_entry("/etc/public", "tmpfs", "tmpfs", {"mode=1777"}));
  bundle.add_mount(mount_entry("/etc/new", "tmpfs", "tmpfs"));
  EXPECT_EQ(output_of(bundle, "stat -c %a /etc/private /etc/public /etc/new"), "710\n1777\n1777");
}

TEST_P(RootMountsTest, RootIsMovedWithoutPivot) {
  Bundle& bundle = make_bundle();
  bundle.set_script("ls -d /../../bin");
  Command command = run_command(bundle);
  command.argv.insert(command.argv.end() - 1, "--no-pivot");
  const Completed result = run(command);
  EXPECT_EQ(result.exit_status, 0) << result.describe();
  EXPECT_EQ(result.out, "/../../bin\n");
}

// No path leads to the host's second one from the new root, but the kernel lets whoever has one in
// sight mount another, without the masks.
TEST_P(RootMountsTest, MovedRootHidesEveryProcOfTheHost) {
  Bundle& bundle = make_bundle();
  const auto second = bundle.directory() / "second proc";
  std::filesystem::create_directory(second);
  bundle.set_script(
      "unshare -Urmpf mount -t proc proc /tmp 2>/dev/null && echo unmasked; echo done");
  Command command = run_command(bundle);
  command.argv.insert(command.argv.end() - 1, "--no-pivot");
  const std::string busybox = bundle.rootfs() / "bin/busybox";
  command.argv.insert(command.argv.begin(), {busybox, "unshare", "-m", busybox, "sh", "-c",
                                             "mount -t proc proc \"$0\" && exec \"$@\"", second});
  EXPECT_EQ(run(command).out, "done\n");
}

}  // namespace
}  // namespace nosc::testing
