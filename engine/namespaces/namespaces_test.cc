// SPDX-License-Identifier: Apache-2.0
#include "engine/namespaces/namespaces.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/rt/testing.h"
#include "syscalls/sys.h"

namespace nosc::namespaces {
namespace {

using spec::NamespaceType;

constexpr HostFacts kRoot = {.last_capability = 40, .permitted_capabilities = ~uint64_t{0} >> 23};
constexpr HostFacts kUser = {.euid = 1000, .egid = 100, .last_capability = 40};

class NamespacesTest : public testing::Test {
 protected:
  Outcome<NamespacePlan> plan(const HostFacts& facts) {
    linux_.namespaces = namespaces_;
    linux_.uid_mappings = uids_;
    linux_.gid_mappings = gids_;
    return outcome_of([&] { return plan_namespaces(linux_, facts, arena_); });
  }

  void expect_error(const HostFacts& facts, const char* pointer, int index) {
    const auto result = plan(facts);
    ASSERT_FALSE(result.ok());
    EXPECT_STREQ(result.error().place.pointer, pointer);
    EXPECT_EQ(result.error().place.index, index);
  }

  Arena arena_;
  spec::Linux linux_;
  std::vector<spec::Namespace> namespaces_;
  std::vector<spec::IdMapping> uids_;
  std::vector<spec::IdMapping> gids_;
};

TEST_F(NamespacesTest, NewOnesBecomeFlags) {
  namespaces_ = {{NamespaceType::kPid, ""}, {NamespaceType::kMount, ""}};
  const auto result = plan(kRoot);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->created, sys::kCLONE_NEWPID | sys::kCLONE_NEWNS);
  EXPECT_TRUE(result->joined.empty());
  EXPECT_TRUE(result->joins.empty());
  EXPECT_EQ(result->uid_map.writer, MapWriter::kNone);
}

TEST_F(NamespacesTest, RootJoinsTheUserNamespaceLast) {
  namespaces_ = {
      {NamespaceType::kUser, "/u"}, {NamespaceType::kMount, "/m"}, {NamespaceType::kNetwork, "/n"}};
  const auto result = plan(kRoot);
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->joins.size(), 3u);
  EXPECT_STREQ(result->joins[0].path, "/n");
  EXPECT_EQ(result->joins[0].place.index, 2);
  EXPECT_STREQ(result->joins[1].path, "/m");
  EXPECT_STREQ(result->joins[2].path, "/u");
  EXPECT_EQ(result->joins[2].type, sys::kCLONE_NEWUSER);
  EXPECT_EQ(result->setgroups, Setgroups::kUnknown);
}

TEST_F(NamespacesTest, OthersJoinTheUserNamespaceFirst) {
  namespaces_ = {{NamespaceType::kMount, "/m"}, {NamespaceType::kUser, "/u"}};
  const auto result = plan(kUser);
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->joins.size(), 2u);
  EXPECT_STREQ(result->joins[0].path, "/u");
  EXPECT_STREQ(result->joins[1].path, "/m");
}

TEST_F(NamespacesTest, RootWritesItsMaps) {
  namespaces_ = {{NamespaceType::kUser, ""}};
  uids_ = {{0, 100000, 65536}, {65536, 1, 1}};
  gids_ = {{0, 200000, 4294967295}};
  gids_[0].host_id = 1;
  const auto result = plan(kRoot);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->uid_map.writer, MapWriter::kSelf);
  EXPECT_EQ(result->uid_map.text, "0 100000 65536\n65536 1 1\n");
  EXPECT_EQ(result->gid_map.text, "0 1 4294967295\n");
  EXPECT_EQ(result->setgroups, Setgroups::kAllow);
}

TEST_F(NamespacesTest, OwnIdAloneIsWrittenAndDeniesSetgroups) {
  namespaces_ = {{NamespaceType::kUser, ""}};
  uids_ = {{0, 1000, 1}};
  gids_ = {{0, 100, 1}};
  const auto result = plan(kUser);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->uid_map.writer, MapWriter::kSelf);
  EXPECT_EQ(result->gid_map.writer, MapWriter::kSelf);
  EXPECT_EQ(result->setgroups, Setgroups::kDeny);
}

TEST_F(NamespacesTest, MoreThanOneOwnIdTakesTheHelper) {
  namespaces_ = {{NamespaceType::kUser, ""}};
  uids_ = {{0, 1000, 1}, {1, 100000, 65536}};
  gids_ = {{0, 7, 1}};
  const auto result = plan(kUser);
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->uid_map.writer, MapWriter::kHelper);
  std::vector<std::string> arguments;
  for (size_t i = 2; result->uid_map.helper_argv[i] != nullptr; ++i) {
    arguments.push_back(result->uid_map.helper_argv[i]);
  }
  EXPECT_STREQ(result->uid_map.helper_argv[0], "newuidmap");
  EXPECT_EQ(arguments, (std::vector<std::string>{"0", "1000", "1", "1", "100000", "65536"}));
  EXPECT_EQ(result->gid_map.writer, MapWriter::kHelper);
  EXPECT_EQ(result->setgroups, Setgroups::kAllow);
}

TEST_F(NamespacesTest, MappingsOfAJoinedNamespaceAreItsOwn) {
  namespaces_ = {{NamespaceType::kUser, "/u"}};
  uids_ = gids_ = {{0, 0, 1}};
  const auto result = plan(kRoot);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->uid_map.writer, MapWriter::kNone);
}

TEST_F(NamespacesTest, MappingsNeedAUserNamespace) {
  uids_ = {{0, 0, 1}};
  expect_error(kRoot, "/linux/uidMappings", -1);
}

TEST_F(NamespacesTest, AUserNamespaceNeedsMappings) {
  namespaces_ = {{NamespaceType::kUser, ""}};
  uids_ = {{0, 0, 1}};
  expect_error(kRoot, "/linux/gidMappings", -1);
}

TEST_F(NamespacesTest, RefusesWrongRanges) {
  namespaces_ = {{NamespaceType::kUser, ""}};
  gids_ = {{0, 0, 1}};
  uids_ = {{0, 0, 1}, {1, 1, 0}};
  expect_error(kRoot, "/linux/uidMappings", 1);
  uids_ = {{0, 4294967295, 2}};
  expect_error(kRoot, "/linux/uidMappings", 0);
}

TEST_F(NamespacesTest, OpensAndChecksJoins) {
  namespaces_ = {{NamespaceType::kUts, "/proc/self/ns/uts"}};
  auto right = plan(kRoot);
  ASSERT_TRUE(right.ok());
  ASSERT_TRUE(outcome_of([&] { return open_joins(*right); }).ok());
  EXPECT_GE(right->joins[0].fd, 0);
  close_joins(*right);
  EXPECT_EQ(right->joins[0].fd, -1);

  for (const char* path : {"/proc/self/ns/ipc", "/proc/self/status", "/nowhere"}) {
    namespaces_ = {{NamespaceType::kUts, path}};
    auto wrong = plan(kRoot);
    ASSERT_TRUE(wrong.ok());
    const auto result = outcome_of([&] { return open_joins(*wrong); });
    ASSERT_FALSE(result.ok()) << path;
    EXPECT_STREQ(result.error().place.pointer, "/linux/namespaces");
    EXPECT_EQ(wrong->joins[0].fd, -1);
  }
}

}  // namespace
}  // namespace nosc::namespaces
