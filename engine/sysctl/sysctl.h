// SPDX-License-Identifier: Apache-2.0
#pragma once

// Kernel parameters of the container's own namespaces.
//
// Only parameters that a namespace of the container owns may be set, and only by their plain names,
// with dots or slashes between: a key with any other character could name a file that is not the
// one that was checked (CVE-2022-0811). The files are written beneath a descriptor of the host's
// /proc, opened before the root changes, never through the container's.
//
// Source: runtime-spec 1.3.0, config-linux.md, "Sysctl".

#include <span>

#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/rt/failure.h"
#include "engine/rt/place.h"
#include "engine/spec/config.h"
#include "syscalls/sys/fd.h"

namespace nosc::sysctl {

struct SysctlRecord {
  const char* path = "";   // beneath /proc: "sys/net/ipv4/ping_group_range"
  std::string_view value;  // as configured
  spec::NamespaceType owner = spec::NamespaceType::kNetwork;
  Place place;
};

// Checks every key against the namespaces that the container gets.
// Errors: a key outside these namespaces, or one that is not a plain name.
std::span<SysctlRecord> plan_sysctls(const spec::Config& config, Arena& arena);

// Writes the values. Pre: the namespaces are entered; `proc` is the host's /proc.
// Errors: Step::kSysctl with the index of the record.
void apply_sysctls(std::span<const SysctlRecord> records, sys::BorrowedFd proc);

}  // namespace nosc::sysctl
