// SPDX-License-Identifier: Apache-2.0
#include "engine/spec/write_default.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "engine/spec/parse.h"

namespace nosc::spec {
namespace {

std::string written(void (*write)(Writer&)) {
  BufferWriter<8192> writer;
  write(writer);
  EXPECT_FALSE(writer.truncated());
  return std::string(writer.view());
}

const Mount* find_mount(const Config& config, std::string_view destination) {
  for (const Mount& mount : config.mounts) {
    if (mount.destination == destination) return &mount;
  }
  return nullptr;
}

bool has_namespace(const Config& config, NamespaceType type) {
  return std::any_of(config.linux.namespaces.begin(), config.linux.namespaces.end(),
                     [type](const Namespace& entry) { return entry.type == type; });
}

TEST(WriteDefault, IsAcceptedInFull) {
  std::string text = written([](Writer& writer) { write_default(writer, CgroupNamespace::kOwn); });
  Arena arena;
  const Config config = parse({text.data(), text.size()}, arena);
  EXPECT_TRUE(config.unsupported.empty());
  EXPECT_TRUE(config.unknown.empty());
  EXPECT_EQ(config.root.path, "rootfs");
  EXPECT_TRUE(config.root.readonly);
  EXPECT_TRUE(config.process.terminal);
  EXPECT_TRUE(config.process.no_new_privileges);
  EXPECT_EQ(config.process.args[0], "sh");
  EXPECT_EQ(config.process.capabilities.effective.size(), 3u);
  EXPECT_EQ(config.process.rlimits[0].hard, 1024u);
  EXPECT_EQ(config.mounts.size(), 7u);
  ASSERT_NE(find_mount(config, "/dev/pts"), nullptr);
  EXPECT_EQ(find_mount(config, "/dev/pts")->options.back(), "gid=5");
  EXPECT_TRUE(find_mount(config, "/proc")->options.empty());
  EXPECT_TRUE(has_namespace(config, NamespaceType::kNetwork));
  EXPECT_FALSE(has_namespace(config, NamespaceType::kUser));
  EXPECT_TRUE(has_namespace(config, NamespaceType::kCgroup));
  EXPECT_TRUE(config.linux.uid_mappings.empty());
  EXPECT_EQ(config.linux.readonly_paths.size(), 5u);
  ASSERT_EQ(config.linux.resources.devices.size(), 1u);
  EXPECT_FALSE(config.linux.resources.devices[0].allow);
}

TEST(WriteDefault, LeavesOutWhatRootlessCallersMayNotDo) {
  std::string text = written([](Writer& writer) {
    write_rootless_default(writer, CgroupNamespace::kHost, 1000, 4294967294);
  });
  Arena arena;
  const Config config = parse({text.data(), text.size()}, arena);
  EXPECT_TRUE(has_namespace(config, NamespaceType::kUser));
  EXPECT_FALSE(has_namespace(config, NamespaceType::kNetwork));
  EXPECT_FALSE(has_namespace(config, NamespaceType::kCgroup));
  ASSERT_EQ(config.linux.uid_mappings.size(), 1u);
  EXPECT_EQ(config.linux.uid_mappings[0].host_id, 1000u);
  EXPECT_EQ(config.linux.uid_mappings[0].size, 1u);
  EXPECT_EQ(config.linux.gid_mappings[0].host_id, 4294967294u);
  EXPECT_EQ(find_mount(config, "/dev/pts")->options.back(), "mode=0620");
  EXPECT_EQ(find_mount(config, "/sys")->options[0], "rbind");
  EXPECT_EQ(find_mount(config, "/sys/fs/cgroup"), nullptr);
}

}  // namespace
}  // namespace nosc::spec
