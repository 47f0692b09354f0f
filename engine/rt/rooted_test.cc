// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/rooted.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "engine/rt/walk.h"

namespace nosc::rt {
namespace {

namespace fs = std::filesystem;

// A root with traps: links that lead out, that loop, that dangle; and a secret outside.
class Rooted : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/rooted.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    outside_ = fs::canonical(pattern);
    root_ = outside_ / "root";
    fs::create_directories(root_ / "a/b/c");
    write(outside_ / "secret", "outside");
    write(root_ / "secret", "inside");
    write(root_ / "a/file", "file");
    link("/a/b", "absolute");
    link("a/../a/b/", "relative");
    link("../../../../secret", "up");
    link((outside_ / "secret").string(), "out");
    link("../../..", "a/b/above");
    link("loop2", "loop1");
    link("loop1", "loop2");
    link("nowhere/deep", "dangling");
    link("/etc2/new", "a/dangling");
    link("file", "a/link");
    std::string chain = "/a/file";
    for (int i = 0; i < 45; ++i) {
      link(chain, "chain" + std::to_string(i));
      chain = "/chain" + std::to_string(i);
    }
    directory_ = sys::Fd::adopt(open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  void TearDown() override { fs::remove_all(outside_); }

  static void write(const fs::path& path, const char* text) { std::ofstream(path) << text; }
  void link(const std::string& target, const std::string& name) {
    fs::create_symlink(target, root_ / name);
  }

  // What a look-up found, or its errno.
  static std::string describe(sys::Result<sys::Fd> result) {
    if (!result.ok()) return strerrorname_np(result.error().value());
    return fs::read_symlink("/proc/self/fd/" + std::to_string(result.borrow().raw())).string();
  }

  void expect_both(const char* path, const std::string& expected,
                   sys::OpenFlags flags = sys::kO_PATH, Links links = Links::kFollowInRoot) {
    const bool is_path = expected.starts_with('/');
    const std::string full = expected == "/" ? root_.string() : root_.string() + expected;
    EXPECT_EQ(describe(open_beneath(directory_, path, flags, links)), is_path ? full : expected)
        << "openat2 " << path;
    EXPECT_EQ(describe(walk_beneath(directory_, path, {.flags = flags, .links = links})),
              is_path ? full : expected)
        << "walk " << path;
  }

  fs::path outside_;
  fs::path root_;
  sys::Fd directory_;
};

TEST_F(Rooted, FindsPlainPaths) {
  expect_both("/", "/");
  expect_both(".", "/");
  expect_both("a/b/c", "/a/b/c");
  expect_both("//a//b/./c/", "/a/b/c");
  expect_both("/a/file", "/a/file");
  expect_both("a/b/..", "/a");
  expect_both("a/b/../../secret", "/secret");
  expect_both("", "ENOENT");
  expect_both("a/missing", "ENOENT");
  expect_both("missing/..", "ENOENT");
  expect_both("a/file/x", "ENOTDIR");
  expect_both("a/file/", "ENOTDIR");
  expect_both("a/file/..", "ENOTDIR");
  expect_both(std::string(300, 'x').c_str(), "ENAMETOOLONG");
  expect_both(("/" + std::string(5000, '/') + "a").c_str(), "ENAMETOOLONG");
}

TEST_F(Rooted, StaysInsideTheRoot) {
  expect_both("..", "/");
  expect_both("../../../secret", "/secret");
  expect_both("up", "/secret");
  expect_both("out", "ENOENT");
  expect_both("a/b/above", "/");
  expect_both("a/b/above/secret", "/secret");
  expect_both("a/b/above/../../secret", "/secret");
}

TEST_F(Rooted, FollowsLinks) {
  expect_both("absolute/c", "/a/b/c");
  expect_both("absolute", "/a/b");
  expect_both("relative/c/..", "/a/b");
  expect_both("a/link", "/a/file");
  expect_both("a/link/", "ENOTDIR");
  expect_both("absolute/", "/a/b");
  expect_both("absolute/../file", "/a/file");
  expect_both("loop1", "ELOOP");
  expect_both("loop1/x", "ELOOP");
  expect_both("dangling", "ENOENT");
  expect_both("chain39", "/a/file");
  expect_both("chain40", "ELOOP");
}

TEST_F(Rooted, HonoursFlags) {
  expect_both("a/link", "/a/file", sys::kO_RDONLY);
  expect_both("a/link", "/a/link", sys::kO_PATH | sys::kO_NOFOLLOW);
  expect_both("a/link", "ELOOP", sys::kO_RDONLY | sys::kO_NOFOLLOW);
  expect_both("absolute/", "/a/b", sys::kO_PATH | sys::kO_NOFOLLOW);
  expect_both("a/file", "ENOTDIR", sys::kO_PATH | sys::kO_DIRECTORY);
  expect_both("absolute", "/a/b", sys::kO_PATH | sys::kO_DIRECTORY);
  expect_both("absolute", "ELOOP", sys::kO_PATH, Links::kRefuse);
  expect_both("absolute/c", "ELOOP", sys::kO_PATH, Links::kRefuse);
  expect_both("a/b/c", "/a/b/c", sys::kO_PATH, Links::kRefuse);
}

TEST_F(Rooted, ClosesWhatItOpens) {
  const auto count = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = count();
  for (const char* path : {"a/b/c", "absolute/c", "loop1", "a/file/x", "a/b/above/secret"}) {
    (void)walk_beneath(directory_, path, {.flags = sys::kO_PATH});
  }
  EXPECT_EQ(count(), before);
}

TEST_F(Rooted, LimitsDepth) {
  std::string path;
  for (int i = 0; i < 300; ++i) path += "d/";
  EXPECT_EQ(describe(make_directories_beneath(directory_, path.c_str(), 0755)), "ENAMETOOLONG");
}

TEST_F(Rooted, MakesDirectories) {
  const auto made = [&](const char* path) {
    return describe(make_directories_beneath(directory_, path, 0700));
  };
  EXPECT_EQ(made("/x/y/z"), root_ / "x/y/z");
  EXPECT_EQ(made("x/y/z"), root_ / "x/y/z");
  struct stat status;
  ASSERT_EQ(stat((root_ / "x/y").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700u);
  EXPECT_EQ(made("absolute/../new"), root_ / "a/new");
  EXPECT_EQ(made("dangling"), root_ / "nowhere/deep");
  EXPECT_EQ(made("a/dangling/more"), root_ / "etc2/new/more");
  EXPECT_EQ(made("../../escape"), root_ / "escape");
  EXPECT_EQ(made("x/q/../r"), root_ / "x/r");
  EXPECT_EQ(made("a/file"), "ENOTDIR");
  EXPECT_EQ(made("a/file/x"), "ENOTDIR");
  EXPECT_EQ(made("loop1/x"), "ELOOP");
  EXPECT_FALSE(fs::exists(outside_ / "escape"));
}

TEST_F(Rooted, MakesDirectoriesSideBySide) {
  Parent parent;
  const auto make = [&](const char* path) {
    return describe(make_directory_in_parent(directory_, path, 0700, parent));
  };
  const auto make_beside = [&](const char* path) {
    return describe(make_directory_in_same_parent(path, 0700, parent));
  };
  EXPECT_EQ(make_beside("/a/first"), "ENOENT") << "no parent is open yet";
  EXPECT_EQ(make("/a/first"), root_ / "a/first");
  EXPECT_EQ(make_beside("/a/second"), root_ / "a/second");
  EXPECT_EQ(make_beside("/a/second"), "EEXIST");
  EXPECT_EQ(make_beside("/a/dangling"), "EEXIST") << "links are not followed";
  EXPECT_EQ(make_beside("/a/.."), "EEXIST");
  EXPECT_EQ(make_beside("/a/b/third"), "ENOENT") << "another parent";
  EXPECT_EQ(make("/absolute/third"), root_ / "a/b/third");
  EXPECT_EQ(make_beside("/a/fourth"), "ENOENT") << "no longer the parent";
  EXPECT_EQ(make("/nowhere/first"), "ENOENT");
}

TEST_F(Rooted, MakesFiles) {
  const auto made = [&](const char* path) {
    return describe(make_file_beneath(directory_, path, 0600));
  };
  EXPECT_EQ(made("/x/y/file"), root_ / "x/y/file");
  EXPECT_EQ(fs::file_size(root_ / "x/y/file"), 0u);
  EXPECT_EQ(made("a/file"), root_ / "a/file");
  EXPECT_EQ(fs::file_size(root_ / "a/file"), 4u);
  EXPECT_EQ(made("a/link"), root_ / "a/file");
  EXPECT_EQ(made("a/dangling"), root_ / "etc2/new");
  EXPECT_TRUE(fs::is_regular_file(root_ / "etc2/new"));
  EXPECT_EQ(made("out"), root_.string() + (outside_ / "secret").string());
  EXPECT_EQ(made("a/file/x"), "ENOTDIR");
}

TEST_F(Rooted, TellsFilesApart) {
  const auto open_path = [&](const char* path) {
    return open_beneath(directory_, path, sys::kO_PATH).take();
  };
  const sys::Fd file = open_path("a/file");
  const sys::Fd linked = open_path("a/link");
  const sys::Fd other = open_path("secret");
  EXPECT_TRUE(is_same_file(file, linked).value());
  EXPECT_FALSE(is_same_file(file, other).value());
}

}  // namespace
}  // namespace nosc::rt
