// SPDX-License-Identifier: Apache-2.0
//
// The figures of a benchmark, as a table for people, as lines for history.csv and as pictures.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "tests/bench/contender.h"
#include "tests/bench/scenarios.h"

namespace bench {

// The value below which that share of the runs lies.
// Pre: there is a run.
uint64_t quantile(const std::vector<Run>& runs, uint64_t Run::* member, double share);

// Prints one row per contender, with ratios to the first.
// Pre: every contender has the same number of runs, at least one.
void print_table(std::ostream& out, const std::vector<Contender>& contenders);

// Appends one line per contender to the file, which is made with a header if it isn't there.
// Errors: throws std::runtime_error.
void append_history(const std::string& path, const std::string& machine,
                    const std::vector<Contender>& contenders);

// The time of a run, and the size of the program, as two pictures: the README's. Beside the
// measured sizes stand two that were published. Pre: as print_table's.
std::vector<Scenario> summarize(const std::vector<Contender>& contenders);

}  // namespace bench
