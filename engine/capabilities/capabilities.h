// SPDX-License-Identifier: Apache-2.0
#pragma once

// The five capability sets of the container's first process.
//
// Planning turns names into one 64-bit mask per set. A name that nosc doesn't know must not fail
// (runtime-spec), and neither must a capability that this kernel lacks or that the caller doesn't
// have itself: each is dropped from the sets with a warning. A configuration without `capabilities`
// means five empty sets, as runc and crun read it: nothing is ever granted that wasn't asked for.
//
// Applying has two halves, because the change of user stands between them:
//   1. apply_bounding() while still privileged: dropping from the bounding set needs CAP_SETPCAP.
//      It also makes the permitted set survive the change of user, which empties it otherwise.
//   2. setgroups, setresgid, setresuid (process.h).
//   3. apply_capabilities() sets effective, permitted and inheritable at once and then raises the
//      ambient set, which the kernel limits to what is both permitted and inheritable. Ambient
//      capabilities of the caller are cleared first (CVE-2016-8867).
// The kernel forgets the survival rule of step 1 by itself at execve.
// Source: capabilities(7), PR_CAPBSET_DROP(2const), PR_CAP_AMBIENT(2const), capset(2).

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/host/host.h"
#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/rt/failure.h"
#include "engine/spec/config.h"
#include "syscalls/types.h"

namespace nosc::capabilities {

// Where the privileges come from that the container can be given.
enum class Grantor : uint8_t {
  kCaller,         // what the caller has
  kUserNamespace,  // the container's own user namespace, whose first process has them all
};

// One bit per capability, by its number.
struct CapabilityPlan {
  uint64_t bounding = 0;
  uint64_t effective = 0;
  uint64_t inheritable = 0;
  uint64_t permitted = 0;
  uint64_t ambient = 0;
  uint32_t last_capability = 0;  // the bounding set is dropped up to here
  bool leaves_root = false;      // the user changes to one that isn't 0
  // What was ignored, once per name, as errors to be worded and not to be failed on.
  std::span<const Error> warnings;
};

// The names of all capabilities, without "CAP_", each ending in NUL.
std::span<const char> capability_names();

// The number of a capability by its name ("CAP_KILL"), or -1.
int capability_number(std::string_view name);

// Turns the names of the five sets into masks.
// Errors: effective capabilities that aren't permitted: the kernel would refuse the whole set.
CapabilityPlan plan_capabilities(const spec::Process& process, const HostFacts& facts,
                                 Grantor grantor, Arena& arena);

// Limits the bounding set, and keeps the permitted set across the change of user.
void apply_bounding(const CapabilityPlan& plan);

// Makes effective what is permitted: what a change of user has taken away.
void apply_permitted();

// Three of the other four sets, as capset(2) takes them.
sys::CapUserDataPair sets_of(const CapabilityPlan& plan);

// Whether the ambient set is to be cleared and raised: capset(2) has taken away whatever isn't both
// permitted and inheritable.
inline bool sets_ambient(const CapabilityPlan& plan) {
  return (plan.permitted & plan.inheritable) != 0;
}

// Sets the other four sets.
// Pre: the user is the container's.
void apply_capabilities(const CapabilityPlan& plan);

}  // namespace nosc::capabilities
