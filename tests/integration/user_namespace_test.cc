// SPDX-License-Identifier: Apache-2.0
// User namespaces: mappings written by root, and the single id that a plain user may map.

#include <sys/stat.h>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

class MappedRootTest : public ContainerTest {
 protected:
  Bundle& make_mapped_bundle() {
    Bundle& bundle = make_bundle();
    bundle.config()["linux"]["namespaces"].push(Json::object({{"type", "user"}}));
    bundle.config()["linux"]["uidMappings"] = Json::array({id_mapping(0, 100000, 65536)});
    bundle.config()["linux"]["gidMappings"] = Json::array({id_mapping(0, 200000, 65536)});
    return bundle;
  }
};
NOSC_INSTANTIATE(MappedRootTest, root_settings());

TEST_P(MappedRootTest, MappingsAreTheConfigurations) {
  Bundle& bundle = make_mapped_bundle();
  const std::string out = output_of(
      bundle, "id -u; id -g; tr -s ' ' < /proc/self/uid_map; tr -s ' ' < /proc/self/gid_map");
  EXPECT_EQ(out, "0\n0\n 0 100000 65536\n 0 200000 65536");
}

TEST_P(MappedRootTest, SeveralRanges) {
  Bundle& bundle = make_mapped_bundle();
  bundle.config()["linux"]["uidMappings"] = Json::array(
      {id_mapping(0, 100000, 10), id_mapping(10, 300000, 20), id_mapping(5000, 400000, 1)});
  EXPECT_EQ(output_of(bundle, "tr -s ' ' < /proc/self/uid_map"),
            " 0 100000 10\n 10 300000 20\n 5000 400000 1");
}

TEST_P(MappedRootTest, UserAndGroupsInside) {
  Bundle& bundle = make_mapped_bundle();
  bundle.config()["process"]["user"] =
      Json::object({{"uid", 1000}, {"gid", 1000}, {"additionalGids", Json::array({44})}});
  const std::string status = output_of(bundle, "cat /proc/self/status");
  EXPECT_EQ(field_of(status, "Uid"), "1000\t1000\t1000\t1000");
  EXPECT_TRUE(field_of(status, "Groups").starts_with("44")) << field_of(status, "Groups");
}

TEST_P(MappedRootTest, RootInsideIsNobodySpecialOutside) {
  Bundle& bundle = make_mapped_bundle();
  bundle.grant_all_capabilities();
  fs::permissions(bundle.rootfs() / "tmp", fs::perms(0777));
  bundle.add_file("rootfs/etc/roots", "secret", 0600);
  EXPECT_EQ(output_of(bundle, "cat /etc/roots 2>/dev/null || echo refused; touch /tmp/made"),
            "refused");
  struct stat status = {};
  ASSERT_EQ(stat((bundle.rootfs() / "tmp/made").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 100000u);
  EXPECT_EQ(status.st_gid, 200000u);
}

TEST_P(MappedRootTest, OutOfMemoryScore) {
  Bundle& bundle = make_mapped_bundle();
  bundle.config()["process"]["oomScoreAdj"] = 321;
  EXPECT_EQ(output_of(bundle, "cat /proc/self/oom_score_adj"), "321");
}

TEST_P(MappedRootTest, ParametersOfTheNamespace) {
  const std::string hosts = read_file("/proc/sys/user/max_mnt_namespaces");
  Bundle& bundle = make_mapped_bundle();
  bundle.config()["linux"]["sysctl"] = Json::object({{"user.max_mnt_namespaces", "77"}});
  EXPECT_EQ(output_of(bundle, "cat /proc/sys/user/max_mnt_namespaces"), "77");
  EXPECT_EQ(read_file("/proc/sys/user/max_mnt_namespaces"), hosts);
}

TEST_P(MappedRootTest, DevicesWorkByBindMount) {
  Bundle& bundle = make_mapped_bundle();
  EXPECT_EQ(output_of(bundle,
                      "echo x > /dev/null; head -c 3 /dev/zero | wc -c; "
                      "stat -c '%t,%T' /dev/null"),
            "3\n1,3");
}

TEST_P(MappedRootTest, UnmappedUserIsRefused) {
  Bundle& bundle = make_mapped_bundle();
  bundle.config()["process"]["user"] = Json::object({{"uid", 70000}, {"gid", 0}});
  const Completed result = run_bundle(bundle);
  EXPECT_NE(result.exit_status, 0) << result.describe();
}

using SingleIdTest = ContainerTest;
NOSC_INSTANTIATE(SingleIdTest, plain_user_settings());

TEST_P(SingleIdTest, OwnIdIsRootInside) {
  Bundle& bundle = make_bundle();
  const std::string out = output_of(bundle,
                                    "id -u; id -g; tr -s ' ' < /proc/self/uid_map; "
                                    "tr -s ' ' < /proc/self/gid_map");
  EXPECT_EQ(out, "0\n0\n 0 " + std::to_string(uid_of(caller())) + " 1\n 0 " +
                     std::to_string(gid_of(caller())) + " 1");
}

TEST_P(SingleIdTest, OwnIdIsAnotherInside) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["user"] = Json::object({{"uid", 1000}, {"gid", 1000}});
  bundle.config()["linux"]["uidMappings"] = Json::array({id_mapping(1000, uid_of(caller()), 1)});
  bundle.config()["linux"]["gidMappings"] = Json::array({id_mapping(1000, gid_of(caller()), 1)});
  NOSC_ONLY();
  EXPECT_EQ(output_of(bundle, "id -u; id -g"), "1000\n1000");
}

TEST_P(SingleIdTest, FilesMadeInsideAreTheCallers) {
  Bundle& bundle = make_bundle();
  output_of(bundle, "touch /made; mkdir /folder");
  struct stat status = {};
  ASSERT_EQ(stat((bundle.rootfs() / "made").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, uid_of(caller()));
}

TEST_P(SingleIdTest, GroupsCannotBeChanged) {
  Bundle& bundle = make_bundle();
  EXPECT_EQ(output_of(bundle, "cat /proc/self/setgroups"), "deny");
}

TEST_P(SingleIdTest, ForeignIdIsRefused) {
  Bundle& bundle = make_bundle();
  bundle.config()["linux"]["uidMappings"] = Json::array({id_mapping(0, 0, 1)});
  const Completed result = run_bundle(bundle);
  EXPECT_NE(result.exit_status, 0) << result.describe();
}

}  // namespace
}  // namespace nosc::testing
