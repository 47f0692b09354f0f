// SPDX-License-Identifier: Apache-2.0
#include "engine/process/process.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/process/stub/control.h"
#include "engine/rt/testing.h"
#include "syscalls/sys.h"

namespace nosc::process {
namespace {

using namespaces::Setgroups;

class PlanProcessTest : public testing::Test {
 protected:
  Outcome<ProcessPlan> plan(Setgroups setgroups = Setgroups::kAllow) {
    process_.args = args_;
    process_.env = env_;
    process_.rlimits = rlimits_;
    process_.cwd = "/";
    return outcome_of([&] { return plan_process(process_, {.setgroups = setgroups}, arena_); });
  }

  // The strings of the stub's arguments behind the control word.
  std::vector<std::string> arguments() {
    const auto result = plan();
    if (!result.ok()) return {"error"};
    std::vector<std::string> strings;
    for (char** next = result->exec.stub_argv + 1; *next != nullptr; ++next) {
      strings.emplace_back(*next);
    }
    return strings;
  }

  void expect_error(const char* pointer, int index, const char* tail) {
    const auto result = plan();
    ASSERT_FALSE(result.ok());
    EXPECT_STREQ(result.error().place.pointer, pointer);
    EXPECT_EQ(result.error().place.index, index);
    EXPECT_STREQ(result.error().place.tail, tail);
  }

  Arena arena_;
  spec::Process process_;
  std::vector<std::string_view> args_ = {"sh"};
  std::vector<std::string_view> env_ = {"PATH=/bin"};
  std::vector<spec::Rlimit> rlimits_;
};

using Strings = std::vector<std::string>;

TEST_F(PlanProcessTest, LooksForTheProgramInPath) {
  args_ = {"sh", "-c", "true"};
  env_ = {"PATH=/ignored", "PATH=/a:/b/c"};
  EXPECT_EQ(arguments(), (Strings{"/a/sh", "/b/c/sh", "sh", "-c", "true"}));
  EXPECT_EQ(plan()->exec.candidate_count, 2u);
}

TEST_F(PlanProcessTest, AnEmptyEntryOfPathIsTheWorkingDirectory) {
  env_ = {"PATH=:/a:"};
  EXPECT_EQ(arguments(), (Strings{"./sh", "/a/sh", "./sh", "sh"}));
  env_ = {"PATH="};
  EXPECT_EQ(arguments(), (Strings{"./sh", "sh"}));
}

TEST_F(PlanProcessTest, APathIsNotLookedFor) {
  args_ = {"./sh"};
  EXPECT_EQ(arguments(), (Strings{"./sh", "./sh"}));
  args_ = {"/bin/sh"};
  EXPECT_EQ(arguments(), (Strings{"/bin/sh", "/bin/sh"}));
}

TEST_F(PlanProcessTest, WithoutPathTheUsualPlacesAreTried) {
  env_ = {};
  EXPECT_EQ(plan()->exec.candidate_count, 6u);
  EXPECT_EQ(arguments()[1], "/usr/local/bin/sh");
}

TEST_F(PlanProcessTest, RefusesToRunNothing) {
  args_ = {};
  expect_error("/process/args", -1, nullptr);
  args_ = {""};
  expect_error("/process/args", 0, nullptr);
}

TEST_F(PlanProcessTest, AddsHomeWhereThereIsNone) {
  env_ = {"A=1", "HOME=", "B=2"};
  const auto without = plan();
  ASSERT_TRUE(without.ok());
  EXPECT_STREQ(without->exec.envp[0], "A=1");
  EXPECT_STREQ(without->exec.envp[1], "B=2");
  EXPECT_STREQ(without->exec.envp[2], "HOME=/");
  EXPECT_EQ(without->exec.envp[3], nullptr);
  EXPECT_EQ(without->exec.home, &without->exec.envp[2]);

  env_ = {"HOME=/root"};
  const auto with = plan();
  ASSERT_TRUE(with.ok());
  EXPECT_EQ(with->exec.home, nullptr);
  EXPECT_EQ(with->exec.envp[1], nullptr);
}

TEST_F(PlanProcessTest, TheLastOfSeveralValuesCounts) {
  env_ = {"A=1", "AB=2", "A=3", "HOME=/early", "odd", "A=4", "HOME=", "odd"};
  const auto result = plan();
  ASSERT_TRUE(result.ok());
  const char* const expected[] = {"AB=2", "odd", "A=4", "odd", "HOME=/"};
  for (size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_STREQ(result->exec.envp[i], expected[i]);
  }
  EXPECT_EQ(result->exec.envp[std::size(expected)], nullptr);
}

TEST_F(PlanProcessTest, RlimitsKeepTheirOrder) {
  rlimits_ = {{"RLIMIT_NOFILE", 10, 20}, {"RLIMIT_CORE", 0, UINT64_MAX}};
  const auto result = plan();
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->rlimits.size(), 2u);
  EXPECT_EQ(result->rlimits[0].resource, sys::kRLIMIT_NOFILE);
  EXPECT_EQ(result->rlimits[0].soft, 10u);
  EXPECT_EQ(result->rlimits[1].hard, UINT64_MAX);
}

TEST_F(PlanProcessTest, RefusesWrongRlimits) {
  rlimits_ = {{"RLIMIT_CORE", 0, 0}, {"RLIMIT_FUN", 0, 0}};
  expect_error("/process/rlimits", 1, "type");
  rlimits_ = {{"RLIMIT_CORE", 2, 1}};
  expect_error("/process/rlimits", 0, "soft");
}

TEST_F(PlanProcessTest, GroupsFollowTheUserNamespace) {
  EXPECT_EQ(plan(Setgroups::kAllow)->identity.group_change, GroupChange::kSet);
  EXPECT_EQ(plan(Setgroups::kDeny)->identity.group_change, GroupChange::kKeep);
  EXPECT_EQ(plan(Setgroups::kUnknown)->identity.group_change, GroupChange::kSetIfAllowed);
  const std::vector<uint32_t> groups = {5};
  process_.user.additional_gids = groups;
  EXPECT_EQ(plan(Setgroups::kUnknown)->identity.group_change, GroupChange::kSetIfAllowed);
  const auto denied = plan(Setgroups::kDeny);
  ASSERT_FALSE(denied.ok());
  EXPECT_STREQ(denied.error().place.pointer, "/process/user/additionalGids");
}

TEST_F(PlanProcessTest, DefaultsAreTheUsualOnes) {
  const auto result = plan();
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->identity.umask.bits(), 022u);
  EXPECT_TRUE(result->oom.text.empty());
  process_.oom_score_adj = -1000;
  process_.user.umask = 0777;
  const auto other = plan();
  EXPECT_EQ(other->oom.text, "-1000");
  EXPECT_EQ(other->identity.umask.bits(), 0777u);
}

TEST(Passwd, FindsTheHomeOfAnId) {
  EXPECT_EQ(home_in_passwd_line("root:x:0:0:root:/root:/bin/sh", 0), "/root");
  EXPECT_EQ(home_in_passwd_line("root:x:0:0:root:/root", 0), "/root");
}

TEST(Passwd, RefusesOtherLines) {
  for (std::string_view line :
       {"", ":", "1000:x:0:0::/home", "u:x:01000x:0::/home", "u:x:1000:0::", "u:x:1000:0::relative",
        "u:x::0::/home", "u:x:-1000:0::/home", "u:x:4294968296:0::/home"}) {
    EXPECT_EQ(home_in_passwd_line(line, 1000), "") << line;
  }
}

TEST(ControlWord, SurvivesTheWay) {
  char text[kControlBytes];
  write_control({0x12, 0xfedc, kNone, 0x3, 0x1000, 0x2c, 0x34}, text);
  Control control{};
  ASSERT_TRUE(read_control(text, control));
  EXPECT_EQ(control.candidate_count, 0x12u);
  EXPECT_EQ(control.failure_fd, 0xfedcu);
  EXPECT_EQ(control.directory_fd, kNone);
  EXPECT_EQ(control.start_fd, 0x3u);
  EXPECT_EQ(control.filter_count, 0x1000u);
  EXPECT_EQ(control.filter_flags, 0x2cu);
  EXPECT_EQ(control.attributes_fd, 0x34u);
}

TEST(ControlWord, RefusesOtherText) {
  Control control{};
  for (const char* text : {"", "/proc/self/exe", "\x01",
                           "\x01"
                           "aaaa",
                           "\x01"
                           "aaaabbbbccccddddeeeq",
                           "\x01"
                           "aaaabbbbccccddddeeeef"}) {
    EXPECT_FALSE(read_control(text, control)) << text;
  }
}

}  // namespace
}  // namespace nosc::process
