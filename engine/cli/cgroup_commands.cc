// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/cgroup_commands.h"

namespace nosc::cli {

void open_target(const CommandLine& line, const Environment& environment, Target& target,
                 Stopped stopped) {
  open_record(line, environment, target.record);
  if (stopped == Stopped::kRefused && state::status_of(target.record) == state::Status::kStopped) {
    fail({.text = "container not running"});
  }
  target.cgroup = state::cgroups_of(target.record, *environment.arena);
  if (target.cgroup.hierarchies.empty()) {
    state::fail_about("container", target.record.id(), "has no cgroup of its own");
  }
}

OutputFormat output_format(const CommandLine& line) {
  const std::string_view format = line.option(Option::kFormat, "table");
  if (format == "json") return OutputFormat::kJson;
  if (format == "table") return OutputFormat::kTable;
  fail({.code = ErrorCode::kUsage, .operation = "unknown format", .object = format});
}

}  // namespace nosc::cli
