// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reading what a container printed about itself, and the machine's files.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace nosc::testing {

// A file's content; empty when it can't be read.
std::string read_file(const std::filesystem::path& path);

std::vector<std::string> split_lines(std::string_view text);

// True when `item` is one of the comma-separated items of `list`.
bool has_item(std::string_view list, std::string_view item);

// What follows `name:` on its line of /proc/PID/status or a like table; empty when it isn't there.
std::string field_of(std::string_view status, std::string_view name);

// Where this machine has file systems of a type mounted, as /proc/self/mounts lists them.
std::vector<std::filesystem::path> mount_points_of(std::string_view type);

// One line of /proc/PID/mountinfo.
struct MountLine {
  std::string root;
  std::string options;      // of the mount
  std::string propagation;  // "shared:1", "master:1", "unbindable"...; empty: private
  std::string type;
  std::string source;
  std::string super_options;
};

// The topmost mount on `target`; `type` is empty when nothing is mounted there.
MountLine find_mount(std::string_view mountinfo, std::string_view target);

}  // namespace nosc::testing
