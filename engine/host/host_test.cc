// SPDX-License-Identifier: Apache-2.0
#include "engine/host/host.h"

#include <gtest/gtest.h>

#include "engine/host/parse.h"
#include "engine/rt/testing.h"

namespace nosc {
namespace {

TEST(CgroupLine, HasControllersAndAPath) {
  EXPECT_EQ(host::parse_cgroup_line("0::/c/d").path, "/c/d");
  EXPECT_EQ(host::parse_cgroup_line("0::/").controllers, "");
  const host::CgroupLine line = host::parse_cgroup_line("4:cpu,cpuacct:/a:b");
  EXPECT_EQ(line.controllers, "cpu,cpuacct");
  EXPECT_EQ(line.path, "/a:b");
}

TEST(CgroupLine, OutsideTheNamespaceThereIsNoPath) {
  for (std::string_view line : {"", "0::", "0::/../../x"}) {
    EXPECT_EQ(host::parse_cgroup_line(line).path, "") << line;
  }
}

TEST(Controllers, AreKnownByTheNamesOfBothVersions) {
  const Controllers set = host::parse_controllers("blkio,memory");
  EXPECT_TRUE(set.has(Controller::kIo));
  EXPECT_TRUE(set.has(Controller::kMemory));
  EXPECT_FALSE(set.has(Controller::kOther));
  EXPECT_TRUE(host::parse_controllers("name=systemd").has(Controller::kOther));
  EXPECT_STREQ(host::controller_name(host::controller_of("net_prio")), "net_prio");
}

TEST(Cgroup2MountPoint, TakesAWholeHierarchy) {
  EXPECT_EQ(host::cgroup2_mount_point(
                "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:3 - cgroup2 cgroup2 rw"),
            "/sys/fs/cgroup/unified");
}

TEST(Cgroup2MountPoint, RefusesOthers) {
  EXPECT_EQ(host::cgroup2_mount_point("41 31 0:38 /part /x rw - cgroup2 cgroup2 rw"), "");
  EXPECT_EQ(host::cgroup2_mount_point("41 31 0:38 / /x rw - cgroup cgroup rw"), "");
  EXPECT_EQ(host::cgroup2_mount_point("41 31 0:38 / /with\\040space rw - cgroup2 c rw"), "");
  EXPECT_EQ(host::cgroup2_mount_point("41 31 0:38 / /x rw"), "");
  EXPECT_EQ(host::cgroup2_mount_point(""), "");
}

TEST(ProbeHost, KnowsThisMachine) {
  Arena arena;
  const auto facts = outcome_of([&] {
    HostFacts host = probe_host({.euid = geteuid(), .egid = getegid()});
    probe_cgroups(host, arena);
    return host;
  });
  ASSERT_TRUE(facts.ok());
  EXPECT_GE(facts->last_capability, 37u);
  EXPECT_LT(facts->last_capability, 64u);
  EXPECT_EQ(facts->permitted_capabilities >> facts->last_capability >> 1, 0u);
  if (facts->cgroup_layout == CgroupLayout::kUnified) EXPECT_STRNE(facts->cgroup_mount, "");
}

}  // namespace
}  // namespace nosc
