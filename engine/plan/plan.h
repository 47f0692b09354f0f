// SPDX-License-Identifier: Apache-2.0
#pragma once

// The plan: everything that the set-up of one container will do, as plain data.
//
// make_plan() reads the configuration and the facts about the host and touches nothing. Every error
// that can be known beforehand shows here, before any side effect. What follows (launch/) walks the
// plan's records in order; it decides nothing but what only the running kernel can tell.
//
// Domains plan their own parts; this room composes them, checks what holds between them, and can
// print the result (`nosc plan`), which is how plans are tested without privileges.

#include <span>
#include <string_view>

#include "engine/capabilities/capabilities.h"
#include "engine/cgroups/cgroups.h"
#include "engine/console/console.h"
#include "engine/devices/devices.h"
#include "engine/hooks/hooks.h"
#include "engine/host/host.h"
#include "engine/mounts/mounts.h"
#include "engine/namespaces/namespaces.h"
#include "engine/process/process.h"
#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/rt/writer.h"
#include "engine/seccomp/seccomp.h"
#include "engine/spec/config.h"
#include "engine/sysctl/sysctl.h"

namespace nosc {

// What the last step of the set-up starts.
enum class Payload : uint8_t {
  kProgram,  // `process.args`, through the stub
  kReport,   // nosc's own report of the isolation, from a sealed copy of nosc
};

// Whether the container gets a terminal of its own.
enum class Terminal : uint8_t { kNone, kOwn };

// Whether the container's file system tree is set up at all.
enum class RootSetup : uint8_t {
  kOwn,     // the planned mounts, in a mount namespace or, without one, among the caller's
  kJoined,  // none: the mounts and the root are those of a joined mount namespace
};

struct Plan {
  std::string_view id;
  namespaces::NamespacePlan namespaces;
  cgroups::CgroupPlan cgroup;
  RootSetup root_setup = RootSetup::kOwn;
  mounts::MountPlan mounts;
  std::span<const devices::DeviceRecord> devices;
  std::string_view hostname;
  std::string_view domainname;
  std::span<sysctl::SysctlRecord> sysctls;
  process::ProcessPlan process;
  std::string_view program;  // process.args[0], for messages
  capabilities::CapabilityPlan capabilities;
  seccomp::SeccompPlan seccomp;
  Terminal terminal = Terminal::kNone;
  console::TerminalSize terminal_size;
  hooks::HookPlan hooks;
  Payload payload = Payload::kProgram;
};

// Whether the set-up sees the caller's file systems, and not those of a joined mount namespace.
inline bool sees_host(const Plan& plan) { return !plan.namespaces.joined.has(sys::kCLONE_NEWNS); }

// What a plan is made from beside the configuration.
struct PlanRequest {
  std::string_view id;
  std::string_view bundle;  // absolute path
  HostFacts host;
  process::Keyring keyring = process::Keyring::kOwn;
  mounts::RootEntry root_entry = mounts::RootEntry::kPivot;
  // The caller's descriptors from 3 on that the program gets; it is told of the first ones.
  uint32_t listen_fds = 0;
  uint32_t preserved_fds = 0;
};

// Makes the plan of a container from its configuration.
// Shape: strings of the plan are the configuration's or live in `arena`.
// Errors: the first thing that is wrong or not supported yet, with its place.
Plan make_plan(const spec::Config& config, const PlanRequest& request, Arena& arena);

// Makes the plan of one more process in a container: the one that the configuration's `process`
// describes, in the namespaces that the container has. Nothing else is set up.
// Errors: the first thing that is wrong with the process, with its place.
Plan make_exec_plan(const spec::Config& config, const PlanRequest& request, Arena& arena);

// Prints the ordered set-up, one line per record.
void print_plan(const Plan& plan, Writer& out);

}  // namespace nosc
