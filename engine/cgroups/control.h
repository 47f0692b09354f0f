// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is done to the cgroups of a container that exists: freezing, killing, listing, measuring.
//
// Each works on the plan that read_hierarchies() gives. cgroup2's hierarchy is preferred wherever
// it can do it, beside version 1 too: every process of the container is in it, it freezes without
// making a process unkillable, and kills in one write. Version 1's freezer is used alone.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/cgroups/cgroups.h"
#include "syscalls/sys.h"

namespace nosc::cgroups {

enum class Freezing : uint8_t { kThawed, kFrozen };

// The processes in the container's cgroup and in those beneath it, in no order.
// Shape: in the arena; ids of the caller's pid namespace. Empty where the cgroup is gone.
std::span<const sys::Pid> list_processes(const CgroupPlan& plan, Arena& arena);

// Sends a signal to all of them; SIGKILL reaches those that are born meanwhile, and frozen ones.
// Returns false where there was nobody.
bool kill_all(const CgroupPlan& plan, sys::Signal signal);

// Freezes or thaws all of them, and waits until they are, up to two seconds.
// Errors: EBUSY when they aren't by then; kUnsupported where no hierarchy can do it.
void set_freezing(const CgroupPlan& plan, Freezing wanted);

// Tells whether they are frozen, by whoever it was.
bool is_frozen(const CgroupPlan& plan);

// The version in which the container has a controller.
enum class Version : uint8_t { kNone, kV1, kV2 };
Version version_of(const CgroupPlan& plan, Controller controller);

// Reads a file of the container's cgroup in the hierarchy of a controller, for example
// "memory.current" of kMemory in version 2.
// Shape: in the arena; empty where there is no such file, or nothing in it.
std::string_view read_cgroup_file(const CgroupPlan& plan, Controller controller, const char* file,
                                  Arena& arena);

// The number behind a word at the beginning of a line ("anon 4096", "oom_kill 1"); with an empty
// key the text's first. "max" is UINT64_MAX.
std::optional<uint64_t> find_number(std::string_view text, std::string_view key);

}  // namespace nosc::cgroups
