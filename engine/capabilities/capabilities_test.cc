// SPDX-License-Identifier: Apache-2.0
#include "engine/capabilities/capabilities.h"

#include <gtest/gtest.h>

#include <vector>

#include "engine/rt/testing.h"
#include "syscalls/sys.h"

namespace nosc::capabilities {
namespace {

using Names = std::vector<std::string_view>;

constexpr uint64_t kAll = (uint64_t{1} << 41) - 1;
constexpr HostFacts kHost = {.last_capability = 40, .permitted_capabilities = kAll};

constexpr uint64_t bit(uint32_t number) { return uint64_t{1} << number; }

TEST(CapabilityNumber, KnowsEveryName) {
  EXPECT_EQ(capability_number("CAP_CHOWN"), 0);
  EXPECT_EQ(capability_number("CAP_SYS_ADMIN"), 21);
  EXPECT_EQ(capability_number("CAP_CHECKPOINT_RESTORE"), 40);
}

TEST(CapabilityNumber, RefusesOthers) {
  for (std::string_view name : {"", "CAP_", "CHOWN", "cap_chown", "CAP_CHOWN ", "CAP_CHOW"}) {
    EXPECT_EQ(capability_number(name), -1) << name;
  }
}

TEST(PlanCapabilities, AbsentMeansNone) {
  Arena arena;
  const auto plan =
      outcome_of([&] { return plan_capabilities({}, kHost, Grantor::kCaller, arena); });
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->bounding | plan->effective | plan->permitted, 0u);
  EXPECT_EQ(plan->last_capability, 40u);
  EXPECT_FALSE(plan->leaves_root);
}

TEST(PlanCapabilities, FillsTheSets) {
  Arena arena;
  const Names bounding = {"CAP_KILL", "CAP_CHOWN"};
  const Names kill = {"CAP_KILL"};
  spec::Process process;
  process.user.uid = 1000;
  process.capabilities = {.present = true,
                          .bounding = bounding,
                          .effective = kill,
                          .inheritable = kill,
                          .permitted = kill,
                          .ambient = kill};
  const auto plan =
      outcome_of([&] { return plan_capabilities(process, kHost, Grantor::kCaller, arena); });
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->bounding, bit(0) | bit(5));
  EXPECT_EQ(plan->effective, bit(5));
  EXPECT_EQ(plan->inheritable, bit(5));
  EXPECT_EQ(plan->permitted, bit(5));
  EXPECT_EQ(plan->ambient, bit(5));
  EXPECT_TRUE(plan->leaves_root);
  EXPECT_TRUE(plan->warnings.empty());
}

TEST(PlanCapabilities, WarnsOncePerIgnoredName) {
  Arena arena;
  const Names bounding = {"CAP_FLY", "CAP_BPF", "CAP_SYS_RESOURCE"};
  const Names permitted = {"CAP_FLY", "CAP_SYS_RESOURCE"};
  spec::Process process;
  process.capabilities.bounding = bounding;
  process.capabilities.permitted = permitted;
  HostFacts facts = {.last_capability = 38, .permitted_capabilities = kAll & ~bit(24)};
  const auto plan =
      outcome_of([&] { return plan_capabilities(process, facts, Grantor::kCaller, arena); });
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->bounding, bit(24));
  EXPECT_EQ(plan->permitted, 0u);
  ASSERT_EQ(plan->warnings.size(), 3u);
  EXPECT_EQ(plan->warnings[0].object, "CAP_FLY");
  EXPECT_STREQ(plan->warnings[0].place.pointer, "/process/capabilities/bounding");
  EXPECT_EQ(plan->warnings[1].object, "CAP_BPF");
  EXPECT_EQ(plan->warnings[1].place.index, 1);
  EXPECT_EQ(plan->warnings[2].object, "CAP_SYS_RESOURCE");

  const auto own =
      outcome_of([&] { return plan_capabilities(process, facts, Grantor::kUserNamespace, arena); });
  ASSERT_TRUE(own.ok());
  EXPECT_EQ(own->permitted, bit(24));
}

TEST(PlanCapabilities, AmbientNeedsPermittedAndInheritable) {
  Arena arena;
  const Names two = {"CAP_KILL", "CAP_CHOWN"};
  spec::Process process;
  process.capabilities.permitted = two;
  process.capabilities.ambient = two;
  const auto plan =
      outcome_of([&] { return plan_capabilities(process, kHost, Grantor::kCaller, arena); });
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->ambient, 0u);
  EXPECT_EQ(plan->warnings.size(), 1u) << "one line says it of the whole set";
}

TEST(PlanCapabilities, RootMissesNoAmbientOnes) {
  Arena arena;
  const Names two = {"CAP_KILL", "CAP_CHOWN"};
  spec::Process process;
  process.capabilities.bounding = process.capabilities.permitted = two;
  process.capabilities.ambient = two;
  for (const uint32_t uid : {0U, 1000U}) {
    process.user.uid = uid;
    const auto plan =
        outcome_of([&] { return plan_capabilities(process, kHost, Grantor::kCaller, arena); });
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(plan->ambient, 0u);
    EXPECT_EQ(plan->warnings.size(), uid == 0 ? 0u : 1u);
  }
}

TEST(PlanCapabilities, EffectiveMustBePermitted) {
  Arena arena;
  const Names kill = {"CAP_KILL"};
  spec::Process process;
  process.capabilities.effective = kill;
  const auto plan =
      outcome_of([&] { return plan_capabilities(process, kHost, Grantor::kCaller, arena); });
  ASSERT_FALSE(plan.ok());
  EXPECT_STREQ(plan.error().place.pointer, "/process/capabilities/effective");
}

}  // namespace
}  // namespace nosc::capabilities
