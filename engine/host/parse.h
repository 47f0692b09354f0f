// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pure half of probing: what the kernel's text files say.

#include <string_view>

namespace nosc::host {

// Finds the cgroup2 entry of /proc/self/cgroup ("0::/a/b").
// Shape: a view into `text`; empty when there is none or it lies outside the cgroup namespace.
std::string_view find_own_cgroup(std::string_view text);

// Finds the mount point in a line of /proc/self/mountinfo that mounts a whole cgroup2 hierarchy.
// Shape: a view into `line`; empty when it mounts something else, or a path with escapes in it.
// Source: proc_pid_mountinfo(5).
std::string_view cgroup2_mount_point(std::string_view line);

}  // namespace nosc::host
