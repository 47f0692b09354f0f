// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "engine/rt/arena.h"
#include "engine/rt/error.h"

namespace nosc {

// Cleans a path inside a container by its text alone: the result is absolute, holds no empty, "."
// or ".." component and no slash at its end; ".." at the root stays there.
// Shape: NUL-terminated, in the arena. It says nothing about symbolic links: it is for comparing
// and printing, and for opening beneath a root (rooted.h), never for opening as it stands.
std::string_view clean_path(std::string_view path, Arena& arena);

// Joins two paths with a slash; an absolute second one stands alone.
// Shape: NUL-terminated, in the arena.
std::string_view join_paths(std::string_view directory, std::string_view path, Arena& arena);

}  // namespace nosc
