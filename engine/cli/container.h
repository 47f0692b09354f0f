// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/cli/commands.h"
#include "engine/plan/plan.h"

namespace nosc::cli {

// A container as a command line describes it: planned, and its warnings already printed.
struct Container {
  Plan plan;
  bool is_default = false;  // the embedded one, without a bundle
};

// Reads the bundle that the command line names and plans its container, or plans the embedded
// default when it names none.
// Errors: everything that is wrong with the bundle and its configuration.
Container load_container(const CommandLine& line, const Environment& environment);

}  // namespace nosc::cli
