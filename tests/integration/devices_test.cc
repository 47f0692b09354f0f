// SPDX-License-Identifier: Apache-2.0
// The devices and links that every container has without asking.

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

}  // namespace
}  // namespace nosc::testing
