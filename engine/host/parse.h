// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pure half of probing: what the kernel's text files say.

#include <string_view>

namespace nosc::host {

// The path in a line of /proc/self/cgroup, if it is the cgroup2 entry ("0::/a/b").
// Shape: a view into `line`; empty for other entries and outside the cgroup namespace.
// Source: cgroups(7).
std::string_view own_cgroup(std::string_view line);

// The mount point in a line of /proc/self/mountinfo, if it mounts a whole cgroup2 hierarchy.
// Shape: a view into `line`; empty when it mounts something else, or a path with escapes in it.
// Source: proc_pid_mountinfo(5).
std::string_view cgroup2_mount_point(std::string_view line);

}  // namespace nosc::host
