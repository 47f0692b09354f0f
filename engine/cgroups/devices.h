// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which devices a container may make, read and write: the rules of `linux.resources.devices`.
//
// The last rule that says something about an access decides, for each of read, write and mknod by
// itself; what no rule speaks of is denied. In front of the configured rules are those for the
// nodes of `linux.devices`, which a rule for everything takes back. Behind them are those for the
// devices that every container has, as in runc: making any node, and using null, zero, full,
// random, urandom, tty, pseudoterminals and tun. The host's console isn't one of them: a
// container's is a pseudoterminal. A container without rules gets what is added alone, where the
// host lets it be set: nobody asked for it.
//
// cgroup2 has no device controller but an eBPF program that the kernel asks. It is compiled here
// (kernel and this program are the same machine: byte order is its own), from the last rule to the
// first, keeping the accesses that aren't decided yet in a register; only forward jumps, no helpers
// and no maps, so that any kernel since 4.15 takes it. Loading it is the largest part of what rules
// cost a run, and grows with every instruction: a device is one jump, by major and minor at once.
//
// Version 1 is told the same rules in order, but keeps exceptions from one default only: there a
// rule that takes back a part of another one has no effect, and is refused when planned.
//
// Source: runtime-spec 1.3.0, config-linux.md, "Allowed Device list"; kernel
// cgroup-v1/devices.rst, cgroup-v2.rst "Device controller", uapi/linux/bpf.h.

#include <cstdint>
#include <span>

#include "engine/rt/arena.h"
#include "engine/rt/writer.h"
#include "engine/spec/config.h"
#include "syscalls/sys.h"

namespace nosc::cgroups {

inline constexpr int64_t kAnyNumber = -1;

// What plan_devices() adds: the denial in front, and the default devices' rules behind.
inline constexpr size_t kDefaultDeviceRules = 10;
inline constexpr size_t kMaximumAddedRules = 1 + kDefaultDeviceRules;

struct DeviceRecord {
  bool allow = false;
  bool is_default = false;  // isn't configured: done without where it can't be had
  char type = 'a';          // a, b, c
  uint8_t access = 0;       // BPF_DEVCG_ACC_ bits
  int64_t major = kAnyNumber;
  int64_t minor = kAnyNumber;
};

struct DevicePlan {
  std::span<const DeviceRecord> rules;
  std::span<const sys::BpfInstruction> program;
};

// Makes the rules complete and normal: those behind the last that speaks of everything, that one
// first, the default devices' last, if not everything is allowed. `made` are the container's own.
// Errors: a type, a number or an access that doesn't exist, with its place.
std::span<const DeviceRecord> plan_devices(std::span<const spec::DeviceRule> configured,
                                           std::span<const spec::Device> made, Arena& arena);

// Compiles the rules into a program of BPF_PROG_TYPE_CGROUP_DEVICE.
std::span<const sys::BpfInstruction> compile_devices(std::span<const DeviceRecord> rules,
                                                     Arena& arena);

// The first rule that version 1 can't follow, or the number of rules.
size_t find_impossible(std::span<const DeviceRecord> rules);

// Writes a rule as version 1 takes it, "c 1:3 rwm".
void write_rule(const DeviceRecord& rule, char type, Writer& out);

// Whether a cgroup may have programs already.
enum class FormerPrograms : uint8_t { kNone, kReplaced };

// Attaches a program to a cgroup2 directory in place of those that are attached.
sys::Result<void> attach_devices(std::span<const sys::BpfInstruction> program,
                                 sys::BorrowedFd directory, FormerPrograms former);

}  // namespace nosc::cgroups
