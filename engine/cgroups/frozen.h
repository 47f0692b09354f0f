// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace nosc::cgroups {

// Whether the cgroup at `path` below `mount` is frozen, with all its processes.
// Shape: NUL-terminated; an empty mount is no cgroup at all.
bool is_frozen(std::string_view mount, std::string_view path);

}  // namespace nosc::cgroups
