// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pure half of probing: what the kernel's text files say.

#include <string_view>

#include "engine/host/controllers.h"

namespace nosc::host {

// A line of /proc/self/cgroup: "4:cpu,cpuacct:/a/b", for cgroup2 "0::/a/b".
struct CgroupLine {
  std::string_view controllers;  // of version 1, or "name=" and a name; empty for cgroup2
  std::string_view path;         // empty outside the cgroup namespace, where it climbs ("/../x")
};

// Shape: views into `line`.
// Source: cgroups(7).
CgroupLine parse_cgroup_line(std::string_view line);

// The set of a list such as "cpu,cpuacct".
Controllers parse_controllers(std::string_view list);

// The mount point in a line of /proc/self/mountinfo, if it mounts a whole cgroup2 hierarchy.
// Shape: a view into `line`; empty when it mounts something else, or a path with escapes in it.
// Source: proc_pid_mountinfo(5).
std::string_view cgroup2_mount_point(std::string_view line);

}  // namespace nosc::host
