// SPDX-License-Identifier: Apache-2.0
// The devices and links that every container has without asking, and those that it may not open.

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

using DevicesTest = ContainerTest;
NOSC_INSTANTIATE(DevicesTest, all_settings());

TEST_P(DevicesTest, NodesHaveTheRightNumbersAndModes) {
  Bundle& bundle = make_bundle();
  const std::string out =
      output_of(bundle, "cd /dev && stat -c '%n %F %t,%T %a' null zero full random urandom tty");
  EXPECT_EQ(out,
            "null character special file 1,3 666\n"
            "zero character special file 1,5 666\n"
            "full character special file 1,7 666\n"
            "random character special file 1,8 666\n"
            "urandom character special file 1,9 666\n"
            "tty character special file 5,0 666");
}

TEST_P(DevicesTest, LinksPointWhereTheyShould) {
  Bundle& bundle = make_bundle();
  const std::string out =
      output_of(bundle, "cd /dev && for l in fd stdin stdout stderr ptmx; do readlink $l; done");
  EXPECT_EQ(out, "/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx");
}

TEST_P(DevicesTest, NodesWork) {
  Bundle& bundle = make_bundle();
  const std::string out =
      output_of(bundle,
                "echo x > /dev/null && wc -c < /dev/null; head -c 5 /dev/zero | tr '\\0' z; echo; "
                "echo x 2>/dev/null > /dev/full || echo full; head -c 9 /dev/urandom | wc -c; "
                "echo y > /dev/stdout; echo piped | cat /dev/fd/0");
  EXPECT_EQ(out, "0\nzzzzz\nfull\n9\ny\npiped");
}

TEST_P(DevicesTest, NewTerminalCanBeOpened) {
  Bundle& bundle = make_bundle();
  // Descriptor 3 is a new pseudoterminal, and /dev/pts then lists its other end.
  EXPECT_EQ(output_of(bundle, "exec 3<>/dev/ptmx && ls /dev/pts"), "0\nptmx");
}

TEST_P(DevicesTest, SharedMemoryIsWritableByAll) {
  Bundle& bundle = make_bundle();
  EXPECT_EQ(output_of(bundle, "stat -c %a /dev/shm; echo x > /dev/shm/x && cat /dev/shm/x"),
            "1777\nx");
}

TEST_P(DevicesTest, NothingElseIsInDev) {
  Bundle& bundle = make_bundle();
  std::string names =
      output_of(bundle, "cd /dev && for n in *; do test $n = core || echo $n; done");
  EXPECT_EQ(names,
            "fd\nfull\nmqueue\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\n"
            "zero");
}

TEST_P(DevicesTest, NodesOfTheImageAreReplacedOrKeptSafe) {
  Bundle& bundle = make_bundle();
  // Without a mount on /dev the nodes are made in the image's own folder.
  bundle.config()["mounts"] = Json::array({mount_entry("/proc", "proc", "proc")});
  EXPECT_EQ(output_of(bundle, "stat -c '%F %t,%T' /dev/null /dev/zero"),
            "character special file 1,3\ncharacter special file 1,5");
}

// What the kernel refuses: nodes can be made, and only what is allowed can be opened. Without a
// path of its own a container has a cgroup of version 2 alone, where that is mounted, and with one
// it is in the hierarchies of version 1 too, whose controller is used then.
class DeviceRulesTest : public ContainerTest {
 protected:
  void SetUp() override {
    ContainerTest::SetUp();
    if (IsSkipped()) return;
    // The kernel's first user namespace has a number of its own, and it alone may limit devices.
    std::error_code error;
    const bool is_first =
        std::filesystem::read_symlink("/proc/self/ns/user", error) == "user:[4026531837]";
    if (!is_machine_root() || !is_first) GTEST_SKIP() << "devices are the machine's root's";
    if (cgroup2_root().empty()) GTEST_SKIP() << "no cgroup2 on this machine";
  }

  // Which of null and kmsg can be opened, made by the container where they aren't there. Opening
  // the kernel's log to write needs no privilege, and nothing is written.
  std::string opened_in(Bundle& bundle) {
    bundle.grant_all_capabilities();
    return output_of(bundle,
                     "cd /dev; mknod own_null c 1 3; test -c kmsg || mknod kmsg c 1 11; "
                     "for n in own_null kmsg; do (: >> $n) 2> /dev/null && echo $n; done; true");
  }

  // The same in both kinds of hierarchies.
  void expect_opened(Bundle& bundle, const std::string& names) {
    EXPECT_EQ(opened_in(bundle), names) << "without a path";
    bundle.config()["linux"]["cgroupsPath"] = "/" + private_machine().id + "-devices";
    EXPECT_EQ(opened_in(bundle), names) << "with a path";
  }
};
NOSC_INSTANTIATE(DeviceRulesTest, root_settings());

Json kernel_log() {
  Json device = Json::object();
  device["path"] = "/dev/kmsg";
  device["type"] = "c";
  device["major"] = 1;
  device["minor"] = 11;
  return device;
}

Json rule(bool allow, const char* access) {
  Json entry = Json::object();
  entry["allow"] = allow;
  entry["access"] = access;
  return entry;
}

TEST_P(DeviceRulesTest, WithoutRulesOnlyTheDefaultDevicesOpen) {
  expect_opened(make_bundle(), "own_null");
}

TEST_P(DeviceRulesTest, RulesForSomeDevicesCloseTheOthers) {
  Bundle& bundle = make_bundle();
  Json some = rule(true, "rw");
  some["type"] = "c";
  some["major"] = 10;
  bundle.config()["linux"]["resources"]["devices"] = Json::array({some});
  expect_opened(bundle, "own_null");
}

TEST_P(DeviceRulesTest, EverythingOpensWhereItIsAllowed) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["resources"]["devices"] = Json::array({rule(true, "rwm")});
  expect_opened(bundle, "own_null\nkmsg");
}

TEST_P(DeviceRulesTest, DevicesOfTheConfigurationOpen) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["devices"] = Json::array({kernel_log()});
  expect_opened(bundle, "own_null\nkmsg");
}

TEST_P(DeviceRulesTest, DenyingEverythingDeniesThemToo) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["devices"] = Json::array({kernel_log()});
  bundle.config()["linux"]["resources"]["devices"] = Json::array({rule(false, "rwm")});
  expect_opened(bundle, "own_null");
}

// Makes the calling process root of a user namespace with one id.
void enter_user_namespace() {
  const auto write_file = [](const char* path, const char* text) {
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (write(fd, text, strlen(text)) < 0) _exit(1);
    close(fd);
  };
  if (unshare(CLONE_NEWUSER) != 0) _exit(1);
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", "0 0 1\n");
  write_file("/proc/self/gid_map", "0 0 1\n");
}

// A container's root that isn't the machine's may not limit devices, and makes and opens none.
TEST_P(DeviceRulesTest, RulesGoUnheededWithoutTheMachinesDevices) {
  Bundle& bundle = make_bundle();
  bundle.config()["mounts"] = Json::array({mount_entry("/proc", "proc", "proc")});
  bundle.config()["linux"]["resources"]["devices"] = Json::array({rule(false, "rwm")});
  bundle.set_script("id -u; (mknod /dev/own c 1 11) 2> /dev/null || echo refused");
  for (const char* path : {"", "-devices"}) {
    SCOPED_TRACE(path);
    if (*path != '\0') {
      bundle.config()["linux"]["cgroupsPath"] = "/" + private_machine().id + path;
    }
    Command command = run_command(bundle);
    command.before_exec = enter_user_namespace;
    const Completed result = run(command);
    EXPECT_EQ(result.exit_status, 0) << result.describe();
    EXPECT_EQ(result.out, "0\nrefused\n");
  }
}

}  // namespace
}  // namespace nosc::testing
