// SPDX-License-Identifier: Apache-2.0
// The five capability sets and no_new_privs, as /proc/self/status shows them.

#include "tests/support/container_test.h"
#include "tests/support/inspect.h"

namespace nosc::testing {
namespace {

// Bits of the capabilities used here.
constexpr const char* kNone = "0000000000000000";
constexpr const char* kChown = "0000000000000001";
constexpr const char* kKill = "0000000000000020";
constexpr const char* kChownAndKill = "0000000000000021";

struct Sets {
  std::vector<std::string> bounding, effective, inheritable, permitted, ambient;
};

Json to_json(const Sets& sets) {
  return Json::object({{"bounding", Json::strings(sets.bounding)},
                       {"effective", Json::strings(sets.effective)},
                       {"inheritable", Json::strings(sets.inheritable)},
                       {"permitted", Json::strings(sets.permitted)},
                       {"ambient", Json::strings(sets.ambient)}});
}

class CapabilitiesTest : public ContainerTest {
 protected:
  std::string status_with(const Sets& sets, uint32_t uid) {
    Bundle& bundle = make_bundle();
    bundle.config()["process"]["capabilities"] = to_json(sets);
    bundle.config()["process"]["user"] = Json::object({{"uid", uid}, {"gid", uid}});
    return output_of(bundle, "cat /proc/self/status");
  }
};
NOSC_INSTANTIATE(CapabilitiesTest, all_settings());

using UserCapabilitiesTest = CapabilitiesTest;
NOSC_INSTANTIATE(UserCapabilitiesTest, root_settings());

TEST_P(CapabilitiesTest, RootGetsTheBoundingSetAndNoMore) {
  const std::string status = status_with({.bounding = {"CAP_CHOWN", "CAP_KILL"},
                                          .effective = {"CAP_KILL"},
                                          .inheritable = {},
                                          .permitted = {"CAP_CHOWN", "CAP_KILL"},
                                          .ambient = {}},
                                         0);
  EXPECT_EQ(field_of(status, "CapBnd"), kChownAndKill);
  EXPECT_EQ(field_of(status, "CapPrm"), kChownAndKill);
  EXPECT_EQ(field_of(status, "CapEff"), kChownAndKill);
  EXPECT_EQ(field_of(status, "CapInh"), kNone);
  EXPECT_EQ(field_of(status, "CapAmb"), kNone);
}

TEST_P(CapabilitiesTest, InheritableAndAmbient) {
  const std::string status = status_with({.bounding = {"CAP_CHOWN", "CAP_KILL"},
                                          .effective = {"CAP_CHOWN", "CAP_KILL"},
                                          .inheritable = {"CAP_CHOWN"},
                                          .permitted = {"CAP_CHOWN", "CAP_KILL"},
                                          .ambient = {"CAP_CHOWN"}},
                                         0);
  EXPECT_EQ(field_of(status, "CapInh"), kChown);
  EXPECT_EQ(field_of(status, "CapAmb"), kChown);
}

TEST_P(CapabilitiesTest, EmptySets) {
  const std::string status = status_with({}, 0);
  for (const char* set : {"CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb"}) {
    EXPECT_EQ(field_of(status, set), kNone) << set;
  }
}

TEST_P(UserCapabilitiesTest, AmbientReachesAnOrdinaryUser) {
  const std::string status = status_with({.bounding = {"CAP_CHOWN", "CAP_KILL"},
                                          .effective = {"CAP_CHOWN", "CAP_KILL"},
                                          .inheritable = {"CAP_KILL"},
                                          .permitted = {"CAP_CHOWN", "CAP_KILL"},
                                          .ambient = {"CAP_KILL"}},
                                         1000);
  for (const char* set : {"CapPrm", "CapEff", "CapInh", "CapAmb"}) {
    EXPECT_EQ(field_of(status, set), kKill) << set;
  }
  EXPECT_EQ(field_of(status, "CapBnd"), kChownAndKill);
}

TEST_P(UserCapabilitiesTest, OrdinaryUserGetsNoneWithoutAmbient) {
  const std::string status = status_with({.bounding = {"CAP_CHOWN", "CAP_KILL"},
                                          .effective = {"CAP_CHOWN", "CAP_KILL"},
                                          .inheritable = {"CAP_CHOWN"},
                                          .permitted = {"CAP_CHOWN", "CAP_KILL"},
                                          .ambient = {}},
                                         1000);
  for (const char* set : {"CapPrm", "CapEff", "CapAmb"}) {
    EXPECT_EQ(field_of(status, set), kNone) << set;
  }
}

TEST_P(CapabilitiesTest, NoNewPrivileges) {
  for (bool value : {true, false}) {
    Bundle& bundle = make_bundle();
    bundle.config()["process"]["noNewPrivileges"] = value;
    const std::string status = output_of(bundle, "cat /proc/self/status");
    EXPECT_EQ(field_of(status, "NoNewPrivs"), value ? "1" : "0");
  }
}

}  // namespace
}  // namespace nosc::testing
