// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/paths.h"

#include <string.h>

#include <algorithm>

#include "engine/rt/split.h"

namespace nosc {

std::string_view clean_path(std::string_view path, Arena& arena) {
  // A slash in front, and a NUL.
  const auto buffer = arena.array<char>(path.size() + 2);
  size_t used = 0;
  while (!path.empty()) {
    const std::string_view component = take_until(path, '/');
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      while (used > 0 && buffer[--used] != '/') {
      }
      continue;
    }
    buffer[used++] = '/';
    memcpy(&buffer[used], component.data(), component.size());
    used += component.size();
  }
  if (used == 0) buffer[used++] = '/';
  buffer[used] = '\0';
  return std::string_view(buffer.data(), used);
}

std::string_view join_paths(std::string_view directory, std::string_view path, Arena& arena) {
  if (path.starts_with('/')) return arena.copy_string(path);
  const auto buffer = arena.array<char>(directory.size() + path.size() + 2);
  char* end = std::copy(directory.begin(), directory.end(), buffer.data());
  if (!directory.ends_with('/')) *end++ = '/';
  end = std::copy(path.begin(), path.end(), end);
  return std::string_view(buffer.data(), static_cast<size_t>(end - buffer.data()));
}

}  // namespace nosc
