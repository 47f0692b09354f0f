// SPDX-License-Identifier: Apache-2.0
#include "engine/mounts/options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/rt/testing.h"

namespace nosc::mounts {
namespace {

using Names = std::vector<std::string_view>;

constexpr Place kPlace = {"/mounts", 3};

class OptionsTest : public testing::Test {
 protected:
  MountOptions parse(const Names& names) {
    auto result = outcome_of([&] { return parse_options(names, kPlace, arena_); });
    EXPECT_TRUE(result.ok());
    return result.ok() ? *result : MountOptions{};
  }

  Arena arena_;
};

struct FlagCase {
  std::string_view name;
  sys::MountFlags set;
  sys::MountFlags cleared;
};

constexpr sys::MountFlags kNone{};

// Options of one mount: each has a form for the whole tree.
constexpr FlagCase kMountFlags[] = {
    {"ro", sys::kMS_RDONLY, kNone},
    {"rw", kNone, sys::kMS_RDONLY},
    {"nosuid", sys::kMS_NOSUID, kNone},
    {"suid", kNone, sys::kMS_NOSUID},
    {"nodev", sys::kMS_NODEV, kNone},
    {"dev", kNone, sys::kMS_NODEV},
    {"noexec", sys::kMS_NOEXEC, kNone},
    {"exec", kNone, sys::kMS_NOEXEC},
    {"noatime", sys::kMS_NOATIME, kNone},
    {"atime", kNone, sys::kMS_NOATIME},
    {"nodiratime", sys::kMS_NODIRATIME, kNone},
    {"diratime", kNone, sys::kMS_NODIRATIME},
    {"relatime", sys::kMS_RELATIME, kNone},
    {"norelatime", kNone, sys::kMS_RELATIME},
    {"strictatime", sys::kMS_STRICTATIME, kNone},
    {"nostrictatime", kNone, sys::kMS_STRICTATIME},
    {"nosymfollow", sys::kMS_NOSYMFOLLOW, kNone},
    {"symfollow", kNone, sys::kMS_NOSYMFOLLOW},
};

// Options of the file system: there is no form for the tree.
constexpr FlagCase kFileSystemFlags[] = {
    {"remount", sys::kMS_REMOUNT, kNone},
    {"sync", sys::kMS_SYNCHRONOUS, kNone},
    {"async", kNone, sys::kMS_SYNCHRONOUS},
    {"dirsync", sys::kMS_DIRSYNC, kNone},
    {"iversion", sys::kMS_I_VERSION, kNone},
    {"noiversion", kNone, sys::kMS_I_VERSION},
    {"lazytime", sys::kMS_LAZYTIME, kNone},
    {"nolazytime", kNone, sys::kMS_LAZYTIME},
    {"mand", sys::kMS_MANDLOCK, kNone},
    {"nomand", kNone, sys::kMS_MANDLOCK},
    {"silent", sys::kMS_SILENT, kNone},
    {"loud", kNone, sys::kMS_SILENT},
    {"defaults", kNone, kNone},
};

TEST_F(OptionsTest, FlagsOfOneMount) {
  for (const FlagCase& flag : kMountFlags) {
    const MountOptions options = parse({flag.name});
    EXPECT_EQ(options.set, flag.set) << flag.name;
    EXPECT_EQ(options.cleared, flag.cleared) << flag.name;
    EXPECT_EQ(options.recursive_set | options.recursive_cleared, kNone) << flag.name;
    EXPECT_STREQ(options.data, "") << flag.name;
  }
}

TEST_F(OptionsTest, FlagsOfAWholeTree) {
  for (const FlagCase& flag : kMountFlags) {
    const std::string name = "r" + std::string(flag.name);
    const MountOptions options = parse({name});
    EXPECT_EQ(options.recursive_set, flag.set) << name;
    EXPECT_EQ(options.recursive_cleared, flag.cleared) << name;
    EXPECT_EQ(options.set | options.cleared, kNone) << name;
    EXPECT_STREQ(options.data, "") << name;
  }
}

TEST_F(OptionsTest, FlagsOfTheFileSystem) {
  for (const FlagCase& flag : kFileSystemFlags) {
    const MountOptions options = parse({flag.name});
    EXPECT_EQ(options.set, flag.set) << flag.name;
    EXPECT_EQ(options.cleared, flag.cleared) << flag.name;
    EXPECT_STREQ(options.data, "") << flag.name;

    const std::string recursive = "r" + std::string(flag.name);
    EXPECT_STREQ(parse({recursive}).data, recursive.c_str());
  }
}

TEST_F(OptionsTest, Propagation) {
  const FlagCase propagations[] = {{"private", sys::kMS_PRIVATE, kNone},
                                   {"slave", sys::kMS_SLAVE, kNone},
                                   {"shared", sys::kMS_SHARED, kNone},
                                   {"unbindable", sys::kMS_UNBINDABLE, kNone}};
  for (const FlagCase& propagation : propagations) {
    EXPECT_EQ(parse({propagation.name}).propagation, propagation.set) << propagation.name;
    const std::string name = "r" + std::string(propagation.name);
    EXPECT_EQ(parse({name}).propagation, propagation.set | sys::kMS_REC) << name;
  }
  EXPECT_EQ(parse({"shared", "rslave"}).propagation, sys::kMS_SLAVE | sys::kMS_REC);
}

TEST_F(OptionsTest, Binding) {
  EXPECT_EQ(parse({"ro"}).binding, Binding::kNone);
  EXPECT_EQ(parse({"bind"}).binding, Binding::kOne);
  EXPECT_EQ(parse({"rbind"}).binding, Binding::kRecursive);
  EXPECT_EQ(parse({"rbind", "bind"}).binding, Binding::kRecursive);
  EXPECT_EQ(parse({"bind", "rbind"}).binding, Binding::kRecursive);
}

TEST_F(OptionsTest, TheLastWordCounts) {
  EXPECT_EQ(parse({"ro", "rw"}).cleared, sys::kMS_RDONLY);
  EXPECT_EQ(parse({"ro", "rw"}).set, kNone);
  EXPECT_EQ(parse({"rw", "ro"}).set, sys::kMS_RDONLY);
  EXPECT_EQ(parse({"rw", "ro"}).cleared, kNone);
  EXPECT_EQ(parse({"rro", "rrw"}).recursive_cleared, sys::kMS_RDONLY);
  EXPECT_EQ(parse({"rro", "rrw"}).recursive_set, kNone);
}

TEST_F(OptionsTest, TheTreeAndItsTopAreApart) {
  const MountOptions options = parse({"rw", "rro"});
  EXPECT_EQ(options.cleared, sys::kMS_RDONLY);
  EXPECT_EQ(options.recursive_set, sys::kMS_RDONLY);
}

TEST_F(OptionsTest, WhatNoTableKnowsIsData) {
  EXPECT_STREQ(parse({"nosuid", "mode=755", "ro", "size=64k"}).data, "mode=755,size=64k");
  EXPECT_STREQ(parse({"lowerdir=/a:/b", "", "r", "rx"}).data, "lowerdir=/a:/b,r,rx");
  EXPECT_STREQ(parse({"NOSUID", "no", "nosui", "rmode=1"}).data, "NOSUID,no,nosui,rmode=1");
  EXPECT_STREQ(parse({}).data, "");
}

TEST_F(OptionsTest, SomeAreNotSupportedYet) {
  for (const std::string_view name : {"idmap", "ridmap"}) {
    const Names names = {"ro", name};
    const auto result = outcome_of([&] { return parse_options(names, kPlace, arena_); });
    ASSERT_FALSE(result.ok()) << name;
    EXPECT_EQ(result.error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(result.error().object, name);
    EXPECT_EQ(result.error().place.index, kPlace.index);
  }
}

TEST_F(OptionsTest, CopyUp) {
  const Names names = {"tmpcopyup", "mode=755"};
  const auto result = outcome_of([&] { return parse_options(names, kPlace, arena_); });
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->copy_up);
  EXPECT_STREQ(result->data, "mode=755");
}

std::string names_of(sys::MountFlags flags) {
  BufferWriter<512> writer;
  write_option_names(flags, writer);
  return std::string(writer.view());
}

TEST(OptionNames, AreThoseOfTheOptions) {
  EXPECT_EQ(names_of(kNone), "");
  EXPECT_EQ(names_of(sys::kMS_RDONLY), "ro");
  EXPECT_EQ(names_of(sys::kMS_SLAVE | sys::kMS_REC), "rslave");
  EXPECT_EQ(names_of(sys::kMS_NOSUID | sys::kMS_NODEV | sys::kMS_NOEXEC), "nodev,noexec,nosuid");
}

TEST_F(OptionsTest, NamesParseBackToTheirFlags) {
  for (const FlagCase& flag : kMountFlags) {
    if (flag.set == kNone) continue;
    const std::string name = names_of(flag.set);
    EXPECT_EQ(parse({name}).set, flag.set) << name;
  }
}

}  // namespace
}  // namespace nosc::mounts
