// SPDX-License-Identifier: Apache-2.0
// Names and ids: hostname, domain name, user, groups, umask.

#include <grp.h>
#include <unistd.h>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

using NamesTest = ContainerTest;
NOSC_INSTANTIATE(NamesTest, all_settings());

TEST_P(NamesTest, Hostname) {
  char before[65] = "";
  gethostname(before, sizeof before);
  Bundle& bundle = make_bundle();
  bundle.config()["hostname"] = "a-name.of.its.own";
  EXPECT_EQ(output_of(bundle, "hostname"), "a-name.of.its.own");
  char after[65] = "";
  gethostname(after, sizeof after);
  EXPECT_STREQ(after, before);
}

TEST_P(NamesTest, HostnameIsTheHostsWhenNotGiven) {
  char host[65] = "";
  gethostname(host, sizeof host);
  Bundle& bundle = make_bundle();
  bundle.config().erase("hostname");
  EXPECT_EQ(output_of(bundle, "hostname"), host);
}

TEST_P(NamesTest, DomainName) {
  NOSC_ONLY();
  Bundle& bundle = make_bundle();
  bundle.config()["domainname"] = "example.test";
  EXPECT_EQ(output_of(bundle, "cat /proc/sys/kernel/domainname"), "example.test");
}

TEST_P(NamesTest, RootInsideIsTheDefault) {
  Bundle& bundle = make_bundle();
  EXPECT_EQ(output_of(bundle, "id -u; id -g"), "0\n0");
}

TEST_P(NamesTest, Umask) {
  Bundle& bundle = make_bundle();
  EXPECT_EQ(output_of(bundle, "umask"), "0022");
  bundle.config()["process"]["user"]["umask"] = 0027;
  EXPECT_EQ(output_of(bundle, "umask; touch /tmp/new; stat -c %a /tmp/new"), "0027\n640");
}

using UserTest = ContainerTest;
NOSC_INSTANTIATE(UserTest, root_settings());

TEST_P(UserTest, IdsAndGroups) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["user"] =
      Json::object({{"uid", 1000}, {"gid", 1001}, {"additionalGids", Json::array({5, 70000, 5})}});
  const std::string status = output_of(bundle, "cat /proc/self/status");
  EXPECT_EQ(field_of(status, "Uid"), "1000\t1000\t1000\t1000");
  EXPECT_EQ(field_of(status, "Gid"), "1001\t1001\t1001\t1001");
  std::string groups = field_of(status, "Groups");
  while (groups.ends_with(' ')) groups.pop_back();
  // The primary group is allowed among them.
  EXPECT_TRUE(groups == "5 70000" || groups == "5 1001 70000") << groups;
}

TEST_P(UserTest, GroupsOfTheCallerAreDropped) {
  Bundle& bundle = make_bundle();
  const std::string groups = field_of(output_of(bundle, "cat /proc/self/status"), "Groups");
  EXPECT_TRUE(groups == "" || groups == "0 " || groups == "0") << groups;
}

TEST_P(UserTest, LargestIds) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["user"] = Json::object({{"uid", 4294967294u}, {"gid", 4294967294u}});
  bundle.set_args({"/bin/id", "-u"});
  const Completed result = run_bundle(bundle);
  // Whether the kernel takes it is its own business; it must never become another id.
  if (result.exit_status == 0) EXPECT_EQ(result.out, "4294967294\n") << result.describe();
}

TEST_P(UserTest, UserWithoutRightsCannotWriteTheRoot) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["user"] = Json::object({{"uid", 1000}, {"gid", 1000}});
  EXPECT_EQ(output_of(bundle, "touch /new 2>/dev/null || echo refused; touch /tmp/x && echo made"),
            "refused\nmade");
}

TEST_P(UserTest, HomeIsKeptWhenGiven) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["env"].push("HOME=/somewhere");
  EXPECT_EQ(output_of(bundle, "echo $HOME"), "/somewhere");
}

// crun's annotation, which podman sets for --group-add keep-groups.
class KeptGroupsTest : public ContainerTest {};
NOSC_INSTANTIATE(KeptGroupsTest, root_settings());

TEST_P(KeptGroupsTest, TheCallersGroupsStayWhereTheAnnotationSaysSo) {
  NOSC_ONLY();
  for (const bool kept : {false, true}) {
    Bundle& bundle = make_bundle();
    bundle.config()["process"]["user"]["additionalGids"] = Json::array({777});
    if (kept) bundle.config()["annotations"]["run.oci.keep_original_groups"] = "1";
    bundle.set_script("id -G");
    Command command = run_command(bundle);
    command.before_exec = [] {
      const gid_t group = 4321;
      if (setgroups(1, &group) != 0) _exit(99);
    };
    const Completed result = run(command);
    EXPECT_EQ(result.out, kept ? "0 4321\n" : "0 777\n") << result.describe();
  }
}

}  // namespace
}  // namespace nosc::testing
