// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/subcgroup.h"

#include <algorithm>

#include "engine/rt/writer.h"

namespace nosc::cli {
namespace {

[[noreturn]] void fail_value(std::string_view value, const char* text) {
  fail({.code = ErrorCode::kUsage, .operation = "--cgroup", .object = value, .text = text});
}

// Whether a component of the path leads up.
bool climbs(std::string_view path) {
  for (size_t at = path.find(".."); at != path.npos; at = path.find("..", at + 2)) {
    const bool begins = at == 0 || path[at - 1] == '/';
    const bool ends = at + 2 == path.size() || path[at + 2] == '/';
    if (begins && ends) return true;
  }
  return false;
}

// One value of the option.
struct Below {
  Controllers controllers;  // empty: all
  std::string_view path;
};

Below parse(std::string_view value) {
  Below below{.controllers = {}, .path = value};
  const size_t colon = value.find(':');
  if (colon != value.npos) {
    below.path = value.substr(colon + 1);
    for (size_t at = 0; at <= colon;) {
      const size_t end = std::min(value.find(',', at), colon);
      const Controller controller = host::controller_of(value.substr(at, end - at));
      if (controller == Controller::kOther) fail_value(value, "unknown controller");
      below.controllers.add(controller);
      at = end + 1;
    }
  }
  if (climbs(below.path)) fail_value(value, "is not a sub cgroup path");
  return below;
}

void descend(cgroups::Hierarchy& hierarchy, std::string_view below, Arena& arena) {
  const std::string_view own = hierarchy.text();
  const size_t bytes = own.size() + 1 + below.size();
  hierarchy.path = arena.array<char>(bytes + 1).first(bytes);
  Writer(hierarchy.path).text(own).character('/').text(below);
}

// Turns the hierarchies that one value means to the cgroup below. Returns them as a set of indices.
uint32_t choose(std::string_view value, std::span<cgroups::Hierarchy> hierarchies, Arena& arena) {
  const Below below = parse(value);
  uint32_t chosen = 0;
  for (size_t i = 0; i < hierarchies.size(); ++i) {
    const uint16_t common = hierarchies[i].controllers.bits() & below.controllers.bits();
    if (below.controllers && common == 0) continue;
    descend(hierarchies[i], below.path, arena);
    chosen |= uint32_t{1} << i;
  }
  if (chosen == 0) fail_value(value, "unknown controller");
  return chosen;
}

}  // namespace

cgroups::Cgroup open_subcgroup(const state::Record& record, const CommandLine& line, Arena& arena) {
  const cgroups::CgroupPlan plan = state::cgroups_of(record, arena);
  uint32_t chosen = 0;
  for (const RepeatedOption& given : line.repeated) {
    if (given.option != Option::kCgroup) continue;
    if (plan.hierarchies.empty()) {
      state::fail_about("container", record.id(), "has no cgroup of its own");
    }
    const uint32_t more = choose(given.value, plan.hierarchies, arena);
    if ((chosen & more) != 0) fail_value(given.value, "names a hierarchy again");
    chosen |= more;
  }
  cgroups::Cgroup cgroup;
  const sys::Pid member = chosen == 0 ? record.progress().init.pid : sys::Pid{0};
  cgroups::open_cgroup(plan, member, cgroup);
  for (size_t i = 0; i < plan.hierarchies.size(); ++i) {
    const cgroups::Hierarchy& hierarchy = plan.hierarchies[i];
    const bool is_open = bool(hierarchy.is_cgroup2() ? cgroup.directory : cgroup.members[i]);
    if (is_open || (chosen >> i & 1) == 0) continue;
    fail_system("open cgroup", hierarchy.text(), sys::kENOENT);
  }
  return cgroup;
}

}  // namespace nosc::cli
