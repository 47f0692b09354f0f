// SPDX-License-Identifier: Apache-2.0
//
// How much memory a command takes at most: the resident memory of the largest of its processes,
// looked at around each of their system calls. The kernel's own figure (ru_maxrss) misses up to
// 32 pages per processor, which is more than a small program has.
#pragma once

#include <stdint.h>

#include <string>
#include <vector>

namespace bench {

// Runs the command under ptrace, its output going nowhere. 0: it couldn't be watched, or failed.
uint64_t measure_peak_memory_kb(const std::vector<std::string>& command);

}  // namespace bench
