// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs filters as the kernel does, for tests: any machine's, whose byte order is told.

#include <cstdint>
#include <optional>
#include <span>

#include "engine/seccomp/target.h"
#include "syscalls/types.h"

namespace nosc::seccomp {

// What a filter returns for a call; nothing for a program that the kernel would refuse: one that
// leaves its end, loads beyond seccomp_data or at an odd place, or has an instruction that filters
// don't have.
std::optional<uint32_t> run_filter(std::span<const sys::SockFilter> program,
                                   const sys::SeccompData& call, ByteOrder byte_order);

// How many instructions the latest run took.
unsigned latest_run_length();

// Whether the kernel takes the program: its checks for every instruction, reached or not.
bool is_accepted(std::span<const sys::SockFilter> program);

}  // namespace nosc::seccomp
