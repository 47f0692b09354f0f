// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/cgroups/control.h"
#include "engine/cli/container.h"

namespace nosc::cli {

// What a command about the processes of a container works on.
struct Target {
  state::Record record;
  cgroups::CgroupPlan cgroup;
};

// Whether a command takes a container that has stopped.
enum class Stopped : uint8_t { kRefused, kAllowed };

// Opens a container and its cgroups.
// Errors: no such container; 'container not running' where it has stopped; no cgroup of its own.
void open_target(const CommandLine& line, const Environment& environment, Target& target,
                 Stopped stopped = Stopped::kRefused);

// How a command prints what it lists.
enum class OutputFormat : uint8_t { kTable, kJson };

// The format that --format names. Errors: no other format is known.
OutputFormat output_format(const CommandLine& line);

}  // namespace nosc::cli
