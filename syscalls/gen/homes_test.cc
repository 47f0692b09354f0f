// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/homes.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "syscalls/gen/emit.h"
#include "syscalls/gen/testing_tables.h"

namespace syscalls_gen {
namespace {

Tables small_tables() {
  Tables tables;
  tables.calls = *parse_calls("c",
                              "open | path:cstr flags:OpenFlags | fd | files | 2.6 | - | Opens\n"
                              "pipe | flags:PipeFlags | fd | files | 2.6 | - | Makes\n"
                              "stat | out:out<Stat> | void | files | 2.6 | - | Asks\n"
                              "wait | time:in<Times> | void | time | 2.6 | - | Waits\n"
                              "look | time:in?<Moment> | void | files | 2.6 | - | Looks\n");
  tables.flags = *parse_flags("f",
                              "topic files\n"
                              "flags OpenFlags u32 | of open\n  O_PATH 1\n"
                              "subset PipeFlags of OpenFlags | of pipe\n  O_PATH\n"
                              "flags Kind u32 | of a struct\n  KIND 1\n"
                              "flags Slow u32 | of two topics\n  SLOW 1\n"
                              "topic time\n"
                              "flags Unused u32 | of none\n  UNUSED 1\n"
                              "constants u32 | plain\n  PLAIN 1\n");
  tables.structs = *parse_structs("s",
                                  "struct Stat | what is asked\n  Kind kind\n"
                                  "struct Moment | a time\n  Slow slow\n"
                                  "struct Times | times\n  Moment first\n"
                                  "topic files\n"
                                  "struct Winsize | of no call\n  u16 rows\n");
  return tables;
}

TEST(HomesTest, WhatOneTopicTakesIsItsOwn) {
  const Homes homes = find_homes(small_tables());
  EXPECT_EQ(homes.by_name.at("OpenFlags"), "files");
  EXPECT_EQ(homes.by_name.at("PipeFlags"), "files");
  EXPECT_EQ(homes.by_name.at("Stat"), "files");
  EXPECT_EQ(homes.by_name.at("Kind"), "files");
  EXPECT_EQ(homes.by_name.at("Times"), "time");
}

TEST(HomesTest, WhatSeveralTopicsTakeIsShared) {
  const Homes homes = find_homes(small_tables());
  EXPECT_EQ(homes.by_name.at("Moment"), "shared");
  EXPECT_EQ(homes.by_name.at("Slow"), "shared");
  EXPECT_TRUE(homes.need_shared.contains("files") && homes.need_shared.contains("time"));
}

TEST(HomesTest, TheTableSaysWhereTheRestIs) {
  const Tables tables = small_tables();
  const Homes homes = find_homes(tables);
  EXPECT_EQ(homes.by_name.at("Unused"), "time");
  EXPECT_EQ(homes.by_name.at("Winsize"), "files");
  EXPECT_EQ(home_of(homes, tables.flags.families.back()), "time");
}

// The reason for homes: the time that a unit with one topic takes to compile.
TEST(HomesTest, ATopicIncludesAFractionOfAllConstants) {
  const Abi& abi = tables().abis.back();
  Files files;
  ASSERT_TRUE(emit_types(tables(), abi, files).ok());
  size_t all = 0;
  for (const auto& [name, text] : files) all += text.size();
  const size_t shared = files.at(abi.name + "/constants/shared.h").size();
  for (const Topic& topic : tables().topics) {
    const size_t own = files.at(absl::StrCat(abi.name, "/constants/", topic.name, ".h")).size();
    EXPECT_LT(own + shared, all * 2 / 5) << topic.name;
  }
}

}  // namespace
}  // namespace syscalls_gen
