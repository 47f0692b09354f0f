// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the kernel keeps about a process beside its identity: scheduling, io priority, execution
// domain, session keyring, security label, processors.
//
// All but the label is set on the way to the program, while the set-up still has its privileges.
// The label is for the program alone: written before the last stage it would take effect on that.
// So the stub writes it (stub/stub.cc), into a descriptor of its own /proc/PID/attr that leads
// nowhere else (open_label_directory()): no path of the container is used (CVE-2019-16884,
// CVE-2019-19921, CVE-2025-52881).
//
// Source: sched(7), ioprio_set(2), personality(2), keyctl(2), proc_pid_attr(5).

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/host/host.h"
#include "engine/rt/arena.h"
#include "engine/rt/place.h"
#include "engine/spec/config.h"
#include "syscalls/processes.h"
#include "syscalls/sys/fd.h"

namespace nosc::process {

// Whether the container gets a session keyring of its own.
enum class Keyring : uint8_t { kOwn, kCallers };

// As the kernel takes them; what is zero or null is left as it is.
struct AttributeRecord {
  sys::SchedAttr scheduler{};  // size 0: left
  int io_priority = 0;         // class << IOPRIO_CLASS_SHIFT | priority
  bool sets_personality = false;
  sys::Personality personality{};
  const char* keyring = nullptr;  // name of the session keyring
};

// The security label of the program. `text` is what the kernel's file takes.
struct LabelRecord {
  const char* text = nullptr;  // nullptr: none
  std::string_view keys;       // the label of keys that the set-up makes; empty: the usual one
  Place place;
};

// A set of processors in the kernel's form; empty: left as it is.
using Processors = std::span<const unsigned char>;

// The processors that `exec` runs on before and after it has moved into the container's cgroup.
struct AffinityRecord {
  Processors initial;
  Processors final;
};

// Prepares the attributes.
// Errors: what contradicts itself or is out of range.
AttributeRecord plan_attributes(const spec::Config& config, Keyring keyring, std::string_view id,
                                Arena& arena);

// Prepares the label.
// Errors: a label that this host has no security module for.
LabelRecord plan_label(const spec::Process& process, const HostFacts& host, Arena& arena);

// Prepares the processors of exec.
// Errors: what is no list such as "0-3,7".
AffinityRecord plan_affinity(const spec::Process& process, Arena& arena);

// Joins the session keyring of that name, which is made where there is none, and lets processes of
// the same user find it. In the container's user namespace.
void apply_keyring(const AttributeRecord& record, const LabelRecord& label,
                   sys::BorrowedFd label_directory);

// Sets scheduling, io priority and execution domain. Pre: still privileged.
void apply_attributes(const AttributeRecord& record);

// Sets the processors that the calling process runs on.
void apply_affinity(Processors processors);

// Opens the attributes of the calling process, for the stub: a folder above which nothing of the
// kernel's other files can be reached. No descriptor without a label.
// Pre: the process has no container's tree as its root yet, or may mount a proc file system.
sys::Fd open_label_directory(const LabelRecord& record);

}  // namespace nosc::process
