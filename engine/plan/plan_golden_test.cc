// SPDX-License-Identifier: Apache-2.0
//
// Plans every golden/NAME.json for three hosts and compares what `nosc plan` would print with
// golden/NAME.plan: the plan for root on a hybrid host in full, and for the other two the lines
// that differ. golden/refused.txt holds what is refused: each indented line is the error of the
// member above it, put into a configuration that would be accepted.
//
// NOSC_UPDATE_GOLDENS=1 bazel run //engine/plan:plan_golden_test writes the files anew.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "engine/host/parse.h"
#include "engine/plan/plan.h"
#include "engine/rt/testing.h"
#include "engine/spec/parse.h"
#include "engine/spec/write_default.h"

namespace nosc {
namespace {

using Lines = std::vector<std::string>;

constexpr uint32_t kLastCapability = 40;
constexpr uint64_t kAllCapabilities = (uint64_t{1} << (kLastCapability + 1)) - 1;

// As a host with systemd mounts them.
const CgroupHierarchy kHierarchies[] = {
    {"/sys/fs/cgroup/systemd", "/", host::parse_controllers("name=systemd")},
    {"/sys/fs/cgroup/cpu,cpuacct", "/", host::parse_controllers("cpu,cpuacct")},
    {"/sys/fs/cgroup/cpuset", "/", host::parse_controllers("cpuset")},
    {"/sys/fs/cgroup/memory", "/", host::parse_controllers("memory")},
    {"/sys/fs/cgroup/pids", "/", host::parse_controllers("pids")},
    {"/sys/fs/cgroup/devices", "/", host::parse_controllers("devices")},
    {"/sys/fs/cgroup/freezer", "/", host::parse_controllers("freezer")},
    {"/sys/fs/cgroup/blkio", "/", host::parse_controllers("blkio")},
    {"/sys/fs/cgroup/net_cls,net_prio", "/", host::parse_controllers("net_cls,net_prio")},
};

struct Host {
  const char* name;
  HostFacts facts;
};

const Host kHosts[] = {
    {"root, hybrid cgroups",
     {.euid = 0,
      .egid = 0,
      .cgroup_layout = CgroupLayout::kHybrid,
      .cgroup_mount = "/sys/fs/cgroup/unified",
      .own_cgroup = "",
      .cgroup_hierarchies = kHierarchies,
      .last_capability = kLastCapability,
      .permitted_capabilities = kAllCapabilities}},
    {"root, unified cgroups",
     {.euid = 0,
      .egid = 0,
      .cgroup_layout = CgroupLayout::kUnified,
      .cgroup_mount = "/sys/fs/cgroup",
      .own_cgroup = "",
      .last_capability = kLastCapability,
      .permitted_capabilities = kAllCapabilities}},
    {"user 1000, unified cgroups",
     {.euid = 1000,
      .egid = 1000,
      .cgroup_layout = CgroupLayout::kUnified,
      .cgroup_mount = "/sys/fs/cgroup",
      .own_cgroup = "/user.slice/user-1000.slice",
      .last_capability = kLastCapability,
      .permitted_capabilities = 0}},
};

std::filesystem::path golden_folder() {
  const char* workspace = getenv("BUILD_WORKSPACE_DIRECTORY");  // set by `bazel run` alone
  return std::filesystem::path(workspace == nullptr ? "." : workspace) / "engine/plan/golden";
}

std::string read_golden(const std::filesystem::path& name) {
  std::ostringstream text;
  text << std::ifstream(golden_folder() / name).rdbuf();
  return text.str();
}

// Compares, or writes where that is asked for.
void check_golden(const std::filesystem::path& name, const std::string& text) {
  if (getenv("NOSC_UPDATE_GOLDENS") != nullptr) {
    std::ofstream(golden_folder() / name) << text;
    return;
  }
  EXPECT_EQ(read_golden(name), text) << "update with: NOSC_UPDATE_GOLDENS=1 bazel run "
                                        "//engine/plan:plan_golden_test";
}

std::string worded(const char* before, const Error& error) {
  BufferWriter<1024> writer;
  write_error(writer.text(before), error);
  EXPECT_FALSE(writer.truncated());
  return std::string(writer.view()) + "\n";
}

// What `nosc plan` prints, on either of its outputs.
std::string plan_text(std::string json, const HostFacts& facts) {
  Arena arena;
  const auto config = outcome_of([&] { return spec::parse({json.data(), json.size()}, arena); });
  if (!config.ok()) return worded("nosc: ", config.error());
  const auto plan = outcome_of([&] {
    return make_plan(*config, {.id = "golden", .bundle = "/bundle", .host = facts}, arena);
  });
  if (!plan.ok()) return worded("nosc: ", plan.error());
  std::string text;
  for (const Error& warning : plan->capabilities.warnings) {
    text += worded("nosc: warning: ", warning);
  }
  BufferWriter<size_t{1} << 16> writer;
  print_plan(*plan, writer);
  EXPECT_FALSE(writer.truncated());
  return text.append(writer.view());
}

Lines split(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The lines of `after` that aren't in `before` with "+", and the reverse with "-".
std::string differences(const Lines& before, const Lines& after) {
  // common[i][j]: the longest common part of what follows before[i] and after[j].
  std::vector<std::vector<size_t>> common(before.size() + 1, std::vector<size_t>(after.size() + 1));
  for (size_t i = before.size(); i-- > 0;) {
    for (size_t j = after.size(); j-- > 0;) {
      common[i][j] = before[i] == after[j] ? common[i + 1][j + 1] + 1
                                           : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::string text;
  size_t i = 0;
  size_t j = 0;
  while (i < before.size() || j < after.size()) {
    if (i < before.size() && j < after.size() && before[i] == after[j]) {
      ++i;
      ++j;
    } else if (j == after.size() || (i < before.size() && common[i + 1][j] >= common[i][j + 1])) {
      text += "- " + before[i++] + "\n";
    } else {
      text += "+ " + after[j++] + "\n";
    }
  }
  return text;
}

bool is_error(const std::string& text) {
  return text.starts_with("nosc: ") && !text.starts_with("nosc: warning: ");
}

std::string render(const std::string& json) {
  const std::string first = plan_text(json, kHosts[0].facts);
  std::string text = std::string("== ") + kHosts[0].name + "\n" + first;
  for (const Host& host : std::span(kHosts).subspan(1)) {
    const std::string other = plan_text(json, host.facts);
    const bool whole = is_error(first) || is_error(other);
    text += std::string("== ") + host.name + "\n";
    text += whole ? other : differences(split(first), split(other));
  }
  return text;
}

Lines golden_names() {
  Lines names;
  for (const auto& entry : std::filesystem::directory_iterator(golden_folder())) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class PlanGoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(PlanGoldenTest, PlansAsBefore) {
  check_golden(GetParam() + ".plan", render(read_golden(GetParam() + ".json")));
}

INSTANTIATE_TEST_SUITE_P(Golden, PlanGoldenTest, testing::ValuesIn(golden_names()),
                         [](const auto& parameter) { return parameter.param; });

// The starter configurations are goldens themselves: what `nosc spec` writes.
TEST(StarterConfig, IsTheGoldenOne) {
  BufferWriter<8192> starter;
  spec::write_default(starter, spec::CgroupNamespace::kOwn);
  check_golden("starter.json", std::string(starter.view()));
  BufferWriter<8192> rootless;
  spec::write_rootless_default(rootless, spec::CgroupNamespace::kOwn, 1000, 1000);
  check_golden("starter_rootless.json", std::string(rootless.view()));
}

// The members that a refused one is added to, or replaces, by their object.
using Members = std::map<std::string, std::map<std::string, std::string>>;

Members accepted_members() {
  return {
      {"config", {{"ociVersion", "\"1.3.0\""}}},
      {"root", {{"path", "\"rootfs\""}}},
      {"process", {{"cwd", "\"/\""}, {"args", "[\"true\"]"}}},
      {"mount", {{"destination", "\"/m\""}, {"type", "\"tmpfs\""}}},
      {"linux",
       {{"namespaces", "[{\"type\": \"mount\"}, {\"type\": \"user\"}]"},
        {"uidMappings", "[{\"containerID\": 0, \"hostID\": 1000, \"size\": 1}]"},
        {"gidMappings", "[{\"containerID\": 0, \"hostID\": 1000, \"size\": 1}]"}}},
  };
}

std::string object(const std::map<std::string, std::string>& members) {
  std::string text;
  for (const auto& [name, value] : members) {
    if (value.empty()) continue;
    text += (text.empty() ? "" : ", ") + ("\"" + name + "\": " + value);
  }
  return "{" + text + "}";
}

// A line such as: linux "seccomp": {"defaultAction": "SCMP_ACT_ALLOW"}
// Without a value the member is left out.
std::string config_with(const std::string& line) {
  const size_t name = line.find(" \"");
  const size_t name_end = line.find("\":", name);
  Members members = accepted_members();
  members[line.substr(0, name)][line.substr(name + 2, name_end - name - 2)] =
      line.substr(std::min(name_end + 3, line.size()));
  auto& config = members["config"];
  for (const char* part : {"root", "process", "linux"}) {
    config.try_emplace(part, object(members[part]));
  }
  config.try_emplace("mounts", "[" + object(members["mount"]) + "]");
  return object(config);
}

TEST(Refused, IsNamed) {
  EXPECT_FALSE(is_error(plan_text(config_with("root \"readonly\": true"), kHosts[0].facts)));
  std::string text;
  for (const std::string& line : split(read_golden("refused.txt"))) {
    if (line.starts_with("  ")) continue;
    text += line + "\n";
    if (line.empty() || line.starts_with("#")) continue;
    const std::string root = plan_text(config_with(line), kHosts[0].facts);
    const std::string user = plan_text(config_with(line), kHosts[2].facts);
    EXPECT_TRUE(is_error(user)) << line;
    text += "  " + (is_error(root) ? root : "root: accepted\n");
    if (user != root) text += "  user: " + user;
  }
  check_golden("refused.txt", text);
}

}  // namespace
}  // namespace nosc
