// SPDX-License-Identifier: Apache-2.0
//
// Scenarios as a file for programs, and as bars for people.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/scenarios.h"

namespace bench {

// Errors of both: throw std::runtime_error.
void write_json(const std::string& path, const std::string& machine,
                const std::vector<Scenario>& scenarios);

// One SVG for each scenario, named after it.
void write_pictures(const std::string& folder, const std::vector<Scenario>& scenarios);

}  // namespace bench
