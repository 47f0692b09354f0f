// SPDX-License-Identifier: Apache-2.0
#pragma once

// exec's --cgroup: where below the container's cgroups a process goes.
//
//   PATH                          in every hierarchy
//   CONTROLLER[,CONTROLLER]:PATH  in the hierarchies of these controllers (version 1 alone)

#include "engine/cgroups/cgroups.h"
#include "engine/cli/command_line.h"
#include "engine/state/record.h"

namespace nosc::cli {

// Opens the container's cgroups, or those below them that the command line names.
// Errors: usage, for a path that leads out, a controller without a hierarchy, a hierarchy named
// twice; those of cgroups::open_cgroup(); ENOENT for one that is missing.
cgroups::Cgroup open_subcgroup(const state::Record& record, const CommandLine& line, Arena& arena);

}  // namespace nosc::cli
