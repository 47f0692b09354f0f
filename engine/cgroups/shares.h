// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace nosc::cgroups {

// cgroup2's weight (1 to 10000, usually 100) for version 1's CPU shares (2 to 262144, usually
// 1024): the curve through these three points that every runtime uses,
// 10^((l^2 + 125 l) / 612 - 7 / 34) rounded up, where l is the binary logarithm of the shares.
// Source: opencontainers/cgroups, ConvertCPUSharesToCgroupV2Value, since 2025.
uint32_t weight_of_shares(uint64_t shares);

}  // namespace nosc::cgroups
