// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/cli/commands.h"
#include "engine/plan/plan.h"
#include "engine/state/record.h"

namespace nosc::cli {

// A container as a command line describes it: planned, and its warnings already printed.
struct Container {
  Plan plan;
  bool is_default = false;  // the embedded one, without a bundle
  state::Texts texts;       // of the record; none for the embedded one
};

// Asks the host what planning a process of this configuration needs to know; not for the cgroups.
HostFacts probe_host_for(const spec::Config& config, const Environment& environment);

// Reads the bundle that the command line names and plans its container, or plans the embedded
// default when it names none.
// Errors: everything that is wrong with the bundle and its configuration.
Container load_container(const CommandLine& line, const Environment& environment);

// A path of the caller's, made absolute. Shape: NUL-terminated.
std::string_view absolute_path(const char* path, Arena& arena);

// The directory of records: that of --root, one place for root, one of each user's own.
std::string_view state_root(const CommandLine& line, const Environment& environment);

// Opens the record of the container that the command line names.
// Errors: no id, no such container.
void open_record(const CommandLine& line, const Environment& environment, state::Record& record);

// Reads the configuration that a container was created with.
spec::Config read_recorded_config(const state::Record& record, Arena& arena);

// Removes a container whose first process is gone, and runs its poststop hooks.
// Pre: the record is locked.
void delete_container(state::Record& record, Arena& arena);

}  // namespace nosc::cli
