// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/cgroup_commands.h"

namespace nosc::cli {
namespace {

void change(const CommandLine& line, const Environment& environment, cgroups::Freezing wanted) {
  Target target;
  open_target(line, environment, target);
  target.record.lock();
  const state::Status status = state::status_of(target.record);
  if (status == state::Status::kStopped || status == state::Status::kCreating) {
    fail({.text = "container not running"});
  }
  const bool is_paused = status == state::Status::kPaused;
  if (is_paused && wanted == cgroups::Freezing::kFrozen) fail({.text = "container already paused"});
  if (!is_paused && wanted == cgroups::Freezing::kThawed) fail({.text = "container not paused"});
  cgroups::set_freezing(target.cgroup, wanted);
}

}  // namespace

void pause(const CommandLine& line, const Environment& environment) {
  change(line, environment, cgroups::Freezing::kFrozen);
}

void resume(const CommandLine& line, const Environment& environment) {
  change(line, environment, cgroups::Freezing::kThawed);
}

}  // namespace nosc::cli
