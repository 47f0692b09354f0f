// SPDX-License-Identifier: Apache-2.0
#include "tests/support/leaks.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "tests/support/inspect.h"
#include "tests/support/private_machine.h"

namespace nosc::testing {
namespace {

namespace fs = std::filesystem;

std::set<std::string> read_mounts() {
  const std::vector<std::string> lines = split_lines(read_file("/proc/self/mountinfo"));
  return {lines.begin(), lines.end()};
}

std::vector<fs::path> cgroup_roots() {
  std::vector<fs::path> roots = mount_points_of("cgroup");
  for (const fs::path& root : mount_points_of("cgroup2")) roots.push_back(root);
  return roots;
}

std::set<std::string> find_cgroups() {
  std::set<std::string> found;
  std::error_code error;
  constexpr auto kOptions = fs::directory_options::skip_permission_denied;
  for (const fs::path& root : cgroup_roots()) {
    for (fs::recursive_directory_iterator it(root, kOptions, error), end; !error && it != end;
         it.increment(error)) {
      if (!it->is_directory(error)) continue;
      const std::string path = it->path();
      if (path.find(private_machine().id) != std::string::npos) found.insert(path);
    }
  }
  return found;
}

// The folder that holds the runtime's records may stay when it is empty.
bool is_record_folder(const fs::path& path) {
  const std::string name = path.filename();
  const fs::path parent = path.parent_path();
  return (name == "nosc" || name == "runc") &&
         (parent == "/run" || parent == fs::path(kStage) / "user");
}

std::set<std::string> find_files() {
  std::set<std::string> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator("/run", error)) {
    if (!is_record_folder(entry.path())) found.insert(entry.path());
  }
  return found;
}

std::vector<std::string> find_processes() {
  while (waitpid(-1, nullptr, WNOHANG) > 0) continue;
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (!std::all_of(name.begin(), name.end(), ::isdigit) || name == "1") continue;
    std::string command = read_file(entry.path() / "cmdline");
    std::replace(command.begin(), command.end(), '\0', ' ');
    found.push_back("process " + name + ": " + command);
  }
  return found;
}

void append_new(const char* what, const std::set<std::string>& before,
                const std::set<std::string>& after, std::string& to) {
  for (const std::string& item : after) {
    if (!before.contains(item)) to += std::string(what) + " " + item + "\n";
  }
}

}  // namespace

Traces observe_traces() { return {read_mounts(), find_cgroups(), find_files()}; }

std::string describe_leaks(const Traces& before, const Traces& after) {
  std::string text;
  append_new("mount", before.mounts, after.mounts, text);
  append_new("cgroup", before.cgroups, after.cgroups, text);
  append_new("file", before.files, after.files, text);
  std::vector<std::string> processes = find_processes();
  for (int attempt = 0; attempt < 100 && !processes.empty(); ++attempt) {
    usleep(5'000);
    processes = find_processes();
  }
  for (const std::string& process : processes) text += process + "\n";
  return text;
}

void remove_leaks() {
  kill(-1, SIGKILL);
  while (waitpid(-1, nullptr, 0) > 0) continue;
  const std::set<std::string> cgroups = find_cgroups();
  // Children sort after their parents.
  for (auto it = cgroups.rbegin(); it != cgroups.rend(); ++it) rmdir(it->c_str());
}

}  // namespace nosc::testing
