// SPDX-License-Identifier: Apache-2.0
// A plain user with a range of subordinate ids: /usr/bin/newuidmap and newgidmap write the maps.

#include <sys/mount.h>
#include <sys/stat.h>

#include <cstdlib>

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kFirst = 300000;
constexpr uint32_t kCount = 65535;

class IdMapHelpersTest : public ContainerTest {
 protected:
  // Lays the stand-ins over /usr/bin of the private machine.
  void SetUp() override {
    ContainerTest::SetUp();
    if (IsSkipped()) return;
    NOSC_ONLY();
    if (!is_machine_root()) GTEST_SKIP() << "only root can install a setuid program";
    const char* helper = getenv("NOSC_MAP_HELPER");
    const fs::path source = helper != nullptr ? helper : "tests/integration/map_helper";
    layers_ = make_folder("layers");
    ASSERT_EQ(mount("layers", layers_.c_str(), "tmpfs", 0, "mode=755"), 0);
    for (const char* folder : {"upper", "work"}) fs::create_directory(layers_ / folder);
    for (const char* name : {"newuidmap", "newgidmap"}) {
      fs::copy_file(source, layers_ / "upper" / name);
      ASSERT_EQ(chmod((layers_ / "upper" / name).c_str(), 04755), 0);
    }
    const std::string options = "lowerdir=/usr/bin,upperdir=" + (layers_ / "upper").string() +
                                ",workdir=" + (layers_ / "work").string();
    ASSERT_EQ(mount("helpers", "/usr/bin", "overlay", 0, options.c_str()), 0);
    mounted_ = true;
  }

  void TearDown() override {
    if (mounted_) umount2("/usr/bin", MNT_DETACH);
    if (!layers_.empty()) umount2(layers_.c_str(), MNT_DETACH);
    ContainerTest::TearDown();
  }

  Bundle& make_mapped_bundle(uint32_t first) {
    Bundle& bundle = make_bundle();
    for (const char* kind : {"uidMappings", "gidMappings"}) {
      bundle.config()["linux"][kind] =
          Json::array({id_mapping(0, uid_of(caller()), 1), id_mapping(1, first, kCount)});
    }
    return bundle;
  }

 private:
  fs::path layers_;
  bool mounted_ = false;
};
NOSC_INSTANTIATE(IdMapHelpersTest, plain_user_settings());

TEST_P(IdMapHelpersTest, RangeIsMapped) {
  Bundle& bundle = make_mapped_bundle(kFirst);
  EXPECT_EQ(output_of(bundle,
                      "tr -s ' ' < /proc/self/uid_map; tr -s ' ' < /proc/self/gid_map; "
                      "cat /proc/self/setgroups"),
            " 0 41234 1\n 1 300000 65535\n 0 41234 1\n 1 300000 65535\nallow");
}

TEST_P(IdMapHelpersTest, UserAndGroupsOfTheRange) {
  Bundle& bundle = make_mapped_bundle(kFirst);
  bundle.config()["process"]["user"] =
      Json::object({{"uid", 1000}, {"gid", 1000}, {"additionalGids", Json::array({44})}});
  const std::string status = output_of(bundle, "cat /proc/self/status");
  EXPECT_EQ(field_of(status, "Uid"), "1000\t1000\t1000\t1000");
  EXPECT_TRUE(field_of(status, "Groups").starts_with("44")) << field_of(status, "Groups");
}

TEST_P(IdMapHelpersTest, RefusalOfTheHelperIsPassedOn) {
  Bundle& bundle = make_mapped_bundle(100);  // somebody else's ids
  const Completed result = run_bundle(bundle);
  EXPECT_EQ(result.exit_status, 1) << result.describe();
  EXPECT_NE(result.err.find("idmap"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace nosc::testing
