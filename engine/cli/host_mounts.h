// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/spec/config.h"

namespace nosc::cli {

// How the host's mounts below its root get into the embedded container.
enum class HostMounts : uint8_t {
  kShown,    // bound one by one, read-only: an overlay shows the root file system alone
  kCovered,  // part of the recursively bound root already
};

// Returns the mounts of the embedded container: those of the host that hold files, read-only, then
// `own`, and where the whole root is read-only a writable /tmp.
std::span<const spec::Mount> with_host_mounts(std::span<const spec::Mount> own, HostMounts host,
                                              Arena& arena);

// Where proc and sysfs are mounted, but beneath `root`, as /proc/self/mountinfo lists it:
// NUL-terminated paths. Source: proc_pid_mountinfo(5).
std::span<const char* const> kernel_mount_points(std::string_view root, Arena& arena);

// The same of a text.
std::span<const char* const> kernel_mount_points(std::string_view mountinfo, std::string_view root,
                                                 Arena& arena);

// The mount point in one line of /proc/self/mountinfo if it is one to show: not the root, nothing
// in or on /proc, /sys, /dev, /run and /tmp, and no path with escaped characters. Empty otherwise.
std::string_view shown_mount_point(std::string_view mountinfo_line);

}  // namespace nosc::cli
