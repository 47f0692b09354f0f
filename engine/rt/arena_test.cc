// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/arena.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "engine/rt/paths.h"
#include "engine/rt/testing.h"

namespace nosc {
namespace {

TEST(Arena, AlignsAndZeroes) {
  Arena arena;
  for (const size_t alignment : {1u, 2u, 8u, 64u, 4096u}) {
    auto* block = static_cast<unsigned char*>(arena.allocate(13, alignment));
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % alignment, 0u);
    for (int i = 0; i < 13; ++i) EXPECT_EQ(block[i], 0);
    memset(block, 0xff, 13);
  }
}

TEST(Arena, TakesWhatItIsGivenFirst) {
  char first[100] = {};
  Arena arena(first);
  EXPECT_EQ(arena.allocate(60, 1), first);
  auto* second = static_cast<char*>(arena.allocate(60, 1));
  EXPECT_TRUE(second < first || second >= first + sizeof first);
  EXPECT_EQ(second[59], 0);
}

TEST(Arena, GrowsBeyondItsFirstChunk) {
  Arena arena;
  char* first = static_cast<char*>(arena.allocate(1000, 1));
  memset(first, 1, 1000);
  for (int i = 0; i < 1000; ++i) {
    auto* block = static_cast<char*>(arena.allocate(1000, 1));
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(block[0], 0);
    memset(block, 2, 1000);
  }
  auto* large = static_cast<char*>(arena.allocate(size_t{100} << 20, 16));
  ASSERT_NE(large, nullptr);
  large[(size_t{100} << 20) - 1] = 3;
  EXPECT_EQ(first[999], 1);
}

TEST(Arena, ReportsWhatItCannotGet) {
  Arena arena;
  const auto error_of = [](auto call) { return outcome_of(call).error().code; };
  EXPECT_EQ(error_of([&] { return arena.allocate(SIZE_MAX, 1); }), ErrorCode::kOutOfMemory);
  EXPECT_EQ(error_of([&] { return arena.allocate(SIZE_MAX / 2, 4096); }), ErrorCode::kOutOfMemory);
  for (const size_t count : {SIZE_MAX / 8, SIZE_MAX / 4}) {
    EXPECT_EQ(error_of([&] { return arena.array<uint64_t>(count); }), ErrorCode::kOutOfMemory);
  }
  EXPECT_TRUE(arena.array<uint64_t>(0).empty());
}

TEST(Arena, ExtendsOnlyTheLatestBlock) {
  Arena arena;
  void* first = arena.allocate(16, 1);
  EXPECT_TRUE(arena.extend(first, 16, 32));
  void* second = arena.allocate(16, 1);
  EXPECT_EQ(static_cast<char*>(second), static_cast<char*>(first) + 32);
  EXPECT_FALSE(arena.extend(first, 32, 64));
  EXPECT_FALSE(arena.extend(second, 16, Arena::kFirstChunkBytes * 2));
}

TEST(Arena, TerminatesCopiedStrings) {
  Arena arena;
  const std::string text = "not terminated";
  const auto copy = arena.copy_string(std::string_view(text).substr(0, 3));
  EXPECT_EQ(copy, "not");
  EXPECT_STREQ(copy.data(), "not");
  EXPECT_STREQ(arena.copy_string({}).data(), "");
}

std::string cleaned(std::string_view path) {
  Arena arena;
  const auto result = clean_path(path, arena);
  EXPECT_EQ(strlen(result.data()), result.size());
  return std::string(result);
}

TEST(Paths, AreCleanedByTheirText) {
  EXPECT_EQ(cleaned(""), "/");
  EXPECT_EQ(cleaned("/"), "/");
  EXPECT_EQ(cleaned("a"), "/a");
  EXPECT_EQ(cleaned("/a/b/"), "/a/b");
  EXPECT_EQ(cleaned("//a///b//"), "/a/b");
  EXPECT_EQ(cleaned("/./a/./b/."), "/a/b");
  EXPECT_EQ(cleaned("/a/b/../c"), "/a/c");
  EXPECT_EQ(cleaned("/a/.."), "/");
  EXPECT_EQ(cleaned("/../../a"), "/a");
  EXPECT_EQ(cleaned("../a/../../b"), "/b");
  EXPECT_EQ(cleaned("/..a/...b"), "/..a/...b");
}

TEST(Paths, AreJoined) {
  Arena arena;
  EXPECT_EQ(join_paths("/bundle", "rootfs", arena), "/bundle/rootfs");
  EXPECT_EQ(join_paths("/bundle/", "rootfs", arena), "/bundle/rootfs");
  EXPECT_EQ(join_paths("/bundle", "/rootfs", arena), "/rootfs");
  EXPECT_STREQ(join_paths("a", "b", arena).data(), "a/b");
}

}  // namespace
}  // namespace nosc
