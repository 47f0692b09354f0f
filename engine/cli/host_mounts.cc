// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/host_mounts.h"

#include <algorithm>

#include "engine/rt/files.h"
#include "engine/rt/split.h"

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

std::string_view mount_point_of(std::string_view line) {
  for (int field = 0; field < 4; ++field) take_until(line, ' ');
  return take_until(line, ' ');
}

std::string_view read_mountinfo(Arena& arena) {
  const auto text = read_file("/proc/self/mountinfo", kLargestMountinfoBytes, arena);
  return {text.data(), text.size()};
}

bool is_kernels(std::string_view line) {
  constexpr std::string_view kSeparator = " - ";
  const size_t separator = line.find(kSeparator);
  if (separator == line.npos) return false;
  line.remove_prefix(separator + kSeparator.size());
  return line.starts_with("proc ") || line.starts_with("sysfs ");
}

// Spaces and their like are written as three octal digits behind a backslash.
const char* unescaped(std::string_view point, Arena& arena) {
  const auto text = arena.array<char>(point.size() + 1);
  size_t size = 0;
  for (size_t i = 0; i < point.size(); ++i) {
    char character = point[i];
    if (character == '\\' && i + 3 < point.size()) {
      character = static_cast<char>((point[i + 1] - '0') * 64 + (point[i + 2] - '0') * 8 +
                                    (point[i + 3] - '0'));
      i += 3;
    }
    text[size++] = character;
  }
  return text.data();
}

}  // namespace

std::span<const char* const> kernel_mount_points(std::string_view mountinfo, std::string_view root,
                                                 Arena& arena) {
  const auto lines = std::count(mountinfo.begin(), mountinfo.end(), '\n');
  const auto points = arena.array<const char*>(static_cast<size_t>(lines));
  size_t count = 0;
  while (!mountinfo.empty()) {
    const std::string_view line = take_until(mountinfo, '\n');
    if (!is_kernels(line)) continue;
    const char* const point = unescaped(mount_point_of(line), arena);
    if (!is_beneath(std::string_view(point), root)) points[count++] = point;
  }
  return points.first(count);
}

std::span<const char* const> kernel_mount_points(std::string_view root, Arena& arena) {
  return kernel_mount_points(read_mountinfo(arena), root, arena);
}

std::string_view shown_mount_point(std::string_view line) {
  const std::string_view point = mount_point_of(line);
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
    text = read_mountinfo(arena);
    for (std::string_view rest = text; !rest.empty();) {
      if (!shown_mount_point(take_until(rest, '\n')).empty()) ++count;
    }
  }
  const auto mounts = arena.array<spec::Mount>(count);
  size_t next = 0;
  while (!text.empty()) {
    const std::string_view point = shown_mount_point(take_until(text, '\n'));
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
