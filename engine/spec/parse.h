// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "engine/json/json.h"
#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/spec/config.h"

namespace nosc::spec {

// Parses the text of a config.json and checks everything that needs no look at the host: types,
// ranges, required and contradicting values.
// Shape: as json::parse: the text is changed in place, must be followed by a NUL byte that isn't
// counted, and must outlive the Config, as must the arena.
// Errors: those of json::parse; kInvalid with the place of the value and what is wrong with it.
// Not errors: unknown properties (Config::unknown) and unsupported ones (Config::unsupported).
// A null counts as an absent value.
// Source: runtime-spec 1.3.0, config.md, config-linux.md and schema/.
Config parse(std::span<char> text, Arena& arena);

// Parses a `process` object that stands alone, as `exec` gets it: as above, with places that start
// there, and unsupported properties refused. `name` is its file's, for syntax errors.
Process parse_process(std::span<char> text, const char* name, Arena& arena);

// Whether it is a weight of block I/O; zero is none at all.
// Source: runtime-spec 1.3.0, config-linux.md, "Block IO".
constexpr bool is_weight(uint64_t weight) {
  return weight == 0 || (weight >= 10 && weight <= 1000);
}

// Parses a `linux.resources` object that stands alone, as `update` gets it: as above, with places
// that start there. `name` is its file's, for syntax errors.
Resources parse_resources(std::span<char> text, const char* name, Arena& arena);

}  // namespace nosc::spec
