// SPDX-License-Identifier: Apache-2.0
// Resource limits that the runtime itself could hardly do with: they are the program's.

#include "tests/support/lifecycle.h"

namespace nosc::testing {
namespace {

using RlimitsTest = LifecycleTest;
NOSC_INSTANTIATE(RlimitsTest, (std::vector<Setting>{{Caller::kRoot, Kernel::kFull},
                                                    {Caller::kRoot, Kernel::kNoClone3},
                                                    {Caller::kPlainUser, Kernel::kFull}}));

enum class Filter { kNone, kOwn };

struct Profile {
  Filter filter;
  bool no_new_privileges;
};
constexpr Profile kProfiles[] = {
    {Filter::kNone, false}, {Filter::kNone, true}, {Filter::kOwn, false}, {Filter::kOwn, true}};

Json descriptor_limit(int soft, int hard) {
  return Json::array({Json::object({{"type", "RLIMIT_NOFILE"}, {"soft", soft}, {"hard", hard}})});
}

void apply(const Profile& profile, Bundle& bundle) {
  Json& process = bundle.config()["process"];
  process["noNewPrivileges"] = profile.no_new_privileges;
  process["cwd"] = "/tmp";
  bundle.config()["linux"].erase("seccomp");
  if (profile.filter == Filter::kNone) return;
  bundle.config()["linux"]["seccomp"] = Json::object(
      {{"defaultAction", "SCMP_ACT_ALLOW"},
       {"syscalls", Json::array({Json::object({{"names", Json::strings({"personality"})},
                                               {"action", "SCMP_ACT_ERRNO"}})})}});
}

TEST_P(RlimitsTest, FewDescriptorsAreEnoughToRun) {
  if (is_emulated()) GTEST_SKIP() << "the emulator has descriptors of its own";
  Bundle& bundle = make_bundle();
  for (const Profile& profile : kProfiles) {
    apply(profile, bundle);
    for (const int limit : {3, 4, 5, 6, 8, 12, 16, 20}) {
      SCOPED_TRACE(limit);
      bundle.config()["process"]["rlimits"] = descriptor_limit(limit, limit);
      EXPECT_EQ(output_of(bundle, "ulimit -n; pwd"), std::to_string(limit) + "\n/tmp");
    }
    bundle.config()["process"]["rlimits"] = descriptor_limit(4, 400);
    EXPECT_EQ(output_of(bundle, "ulimit -Sn; ulimit -Hn"), "4\n400");
  }
}

TEST_P(RlimitsTest, FewDescriptorsAreEnoughToStartAndEnter) {
  if (is_emulated()) GTEST_SKIP() << "the emulator has descriptors of its own";
  Bundle& bundle = make_bundle();
  bundle.set_script("ulimit -n; pwd; exec sleep 1000");
  for (const Profile& profile : kProfiles) {
    apply(profile, bundle);
    for (const int limit : {4, 5, 8, 16}) {
      SCOPED_TRACE(limit);
      const std::string expected = std::to_string(limit) + "\n/tmp\n";
      bundle.config()["process"]["rlimits"] = descriptor_limit(limit, limit);
      const Completed created = create(bundle);
      ASSERT_EQ(created.exit_status, 0) << created.err;
      const Completed started = command({"start", "ID"});
      EXPECT_EQ(started.exit_status, 0) << started.describe();
      EXPECT_TRUE(wait_for_output(expected)) << output();
      const Completed entered = command({"exec", "ID", "/bin/sh", "-c", "ulimit -n; pwd"});
      EXPECT_EQ(entered.out, expected) << entered.describe();
      EXPECT_EQ(command({"delete", "--force", "ID"}).exit_status, 0);
    }
  }
}

// To be started takes one descriptor beside the standard streams.
TEST_P(RlimitsTest, NoDescriptorToBeStartedByIsRefused) {
  Bundle& bundle = make_bundle();
  bundle.config()["process"]["rlimits"] = descriptor_limit(3, 3);
  const Completed created = create(bundle);
  EXPECT_EQ(created.exit_status, 1);
  EXPECT_EQ(created.err, "nosc: /process/rlimits/0: set: EMFILE\n");
  EXPECT_EQ(status(), "");
}

}  // namespace
}  // namespace nosc::testing
