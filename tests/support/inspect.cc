// SPDX-License-Identifier: Apache-2.0
#include "tests/support/inspect.h"

#include <fstream>
#include <sstream>

namespace nosc::testing {

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool has_item(std::string_view list, std::string_view item) {
  const std::string padded = "," + std::string(list) + ",";
  return padded.find("," + std::string(item) + ",") != std::string::npos;
}

std::string field_of(std::string_view status, std::string_view name) {
  for (const std::string& line : split_lines(status)) {
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ':') continue;
    const size_t start = line.find_first_not_of(" \t", name.size() + 1);
    return start == std::string::npos ? "" : line.substr(start);
  }
  return "";
}

std::vector<std::filesystem::path> mount_points_of(std::string_view type) {
  std::vector<std::filesystem::path> points;
  for (const std::string& line : split_lines(read_file("/proc/self/mounts"))) {
    std::string source, target, found;
    std::istringstream(line) >> source >> target >> found;
    if (found == type) points.emplace_back(target);
  }
  return points;
}

MountLine find_mount(std::string_view mountinfo, std::string_view target) {
  MountLine found;
  for (const std::string& line : split_lines(mountinfo)) {
    std::istringstream words(line);
    std::string id, parent, device, mount_point, word;
    MountLine mount;
    words >> id >> parent >> device >> mount.root >> mount_point >> mount.options;
    if (mount_point != target) continue;
    while (words >> word && word != "-") {
      mount.propagation += (mount.propagation.empty() ? "" : " ") + word;
    }
    words >> mount.type >> mount.source >> mount.super_options;
    found = mount;
  }
  return found;
}

}  // namespace nosc::testing
