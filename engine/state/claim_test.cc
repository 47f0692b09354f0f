// SPDX-License-Identifier: Apache-2.0
#include "engine/state/claim.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "engine/rt/testing.h"
#include "syscalls/sys.h"

namespace nosc::state {
namespace {

class ClaimTest : public testing::Test {
 protected:
  ~ClaimTest() override { std::filesystem::remove_all(root_); }

  Outcome<std::unique_ptr<Claim>> take(std::string_view id) {
    return outcome_of([&] { return std::make_unique<Claim>(root_, geteuid(), id, arena_); });
  }

  bool exists(std::string_view name) const {
    return std::filesystem::exists(std::filesystem::path(root_) / name);
  }

  Arena arena_;
  std::string root_ = testing::TempDir() + "/claims." + std::to_string(getpid());
};

TEST_F(ClaimTest, HoldsTheIdForAsLongAsItLives) {
  {
    const auto first = take("one");
    ASSERT_TRUE(first.ok());
    EXPECT_TRUE(exists("one"));
    const auto second = take("one");
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::kConflict);
    EXPECT_EQ(second.error().object, "one");
    EXPECT_TRUE(take("two").ok());
  }
  EXPECT_FALSE(exists("one"));
  EXPECT_TRUE(take("one").ok());
}

TEST_F(ClaimTest, IsGivenBackWhenTheCommandFails) {
  const auto taken = take("one");
  ASSERT_TRUE(taken.ok());
  Undo::all();
  EXPECT_FALSE(exists("one"));
}

TEST_F(ClaimTest, TheDirectoryIsTheUsersAlone) {
  ASSERT_TRUE(take("one").ok());
  struct stat status;
  ASSERT_EQ(stat(root_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST_F(ClaimTest, WhatAKilledProcessLeftIsTakenOver) {
  const pid_t holder = fork();
  ASSERT_GE(holder, 0);
  if (holder == 0) {
    const auto taken = take("one");
    kill(getpid(), SIGKILL);
    _exit(1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(holder, &status, 0), holder);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(exists("one"));
  EXPECT_TRUE(take("one").ok());
  EXPECT_FALSE(exists("one"));
}

TEST_F(ClaimTest, FollowsNoLink) {
  std::filesystem::create_directory(root_);
  const std::string target = root_ + ".target";
  std::filesystem::create_symlink(target, root_ + "/one");
  const auto result = take("one");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().cause, sys::kELOOP);
  EXPECT_FALSE(std::filesystem::exists(target));
}

TEST_F(ClaimTest, NamesTheDirectoryThatCannotBeMade) {
  root_ += "/missing/claims";
  const auto result = take("one");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().cause, sys::kENOENT);
  EXPECT_EQ(result.error().object, root_);
}

TEST_F(ClaimTest, TheDirectoryMayNotBeAFile) {
  std::ofstream(root_) << "x";
  const auto result = take("one");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().cause, sys::kENOTDIR);
}

}  // namespace
}  // namespace nosc::state
