// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/rt/writer.h"

namespace nosc {

// Writes a moment as RFC 3339 has it, in UTC: 2026-11-25T16:53:56Z.
// Units: seconds since 1970; good until 2106.
void write_time(Writer& out, uint32_t unix_time_s);

// Writes the present moment so.
void write_time_now(Writer& out);

}  // namespace nosc
