// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/host_mounts.h"

#include "engine/rt/files.h"

namespace nosc::cli {
namespace {

constexpr size_t kLargestMountinfoBytes = size_t{16} << 20;

// What these hold is the kernel's or the host's running state; the container has its own.
constexpr char kHidden[][6] = {"/proc", "/sys", "/dev", "/run", "/tmp"};

constexpr std::string_view kReadOnlyBind[] = {"bind", "ro", "nosuid", "nodev"};
constexpr std::string_view kTemporary[] = {"nosuid", "nodev", "mode=1777"};

bool is_beneath(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

// Takes the next line off the front of `text`.
std::string_view take_line(std::string_view& text) {
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text = end == text.npos ? std::string_view{} : text.substr(end + 1);
  return line;
}

}  // namespace

std::string_view shown_mount_point(std::string_view line) {
  for (int field = 0; field < 4; ++field) {
    const size_t space = line.find(' ');
    if (space == line.npos) return {};
    line.remove_prefix(space + 1);
  }
  const std::string_view point = line.substr(0, line.find(' '));
  if (point.size() < 2 || point.find('\\') != point.npos) return {};
  for (std::string_view hidden : kHidden) {
    if (is_beneath(point, hidden)) return {};
  }
  return point;
}

std::span<const spec::Mount> with_host_mounts(std::span<const spec::Mount> own, HostMounts host,
                                              Arena& arena) {
  std::string_view text;
  size_t count = own.size();
  if (host == HostMounts::kCovered) {
    ++count;
  } else {
    const auto read = read_file("/proc/self/mountinfo", kLargestMountinfoBytes, arena);
    text = {read.data(), read.size()};
    for (std::string_view rest = text; !rest.empty();) {
      if (!shown_mount_point(take_line(rest)).empty()) ++count;
    }
  }
  const auto mounts = arena.array<spec::Mount>(count);
  size_t next = 0;
  while (!text.empty()) {
    const std::string_view point = shown_mount_point(take_line(text));
    if (point.empty()) continue;
    const std::string_view path = arena.copy_string(point);
    mounts[next++] = {
        .destination = path, .type = "bind", .source = path, .options = kReadOnlyBind};
  }
  for (const spec::Mount& mount : own) mounts[next++] = mount;
  if (host == HostMounts::kCovered) {
    mounts[next++] = {
        .destination = "/tmp", .type = "tmpfs", .source = "tmpfs", .options = kTemporary};
  }
  return std::span<const spec::Mount>(mounts);
}

}  // namespace nosc::cli
