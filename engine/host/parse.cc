// SPDX-License-Identifier: Apache-2.0
#include "engine/host/parse.h"

#include "engine/rt/split.h"

namespace nosc::host {

CgroupLine parse_cgroup_line(std::string_view line) {
  (void)take_until(line, ':');
  const std::string_view controllers = take_until(line, ':');
  const bool inside = line.starts_with('/') && !line.starts_with("/..");
  return {controllers, inside ? line : std::string_view()};
}

Controllers parse_controllers(std::string_view list) {
  Controllers set;
  while (!list.empty()) set.add(controller_of(take_until(list, ',')));
  return set;
}

std::string_view cgroup2_mount_point(std::string_view line) {
  // id parent device root mount-point options [optional...] - type source super-options
  if (line.find(" - cgroup2 ") == line.npos) return {};
  std::string_view root;
  std::string_view mount_point;
  for (int field = 1; field <= 5; ++field) {
    root = mount_point;
    mount_point = take_until(line, ' ');
  }
  const bool usable = root == "/" && mount_point.find('\\') == mount_point.npos;
  return usable ? mount_point : std::string_view();
}

}  // namespace nosc::host
