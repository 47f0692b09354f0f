// SPDX-License-Identifier: Apache-2.0
//
// What a run's time depends on: the filter, the mounts of the configuration and those of the host,
// the containers that there are already, how many start at the same moment.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "tests/bench/contender.h"

namespace bench {

struct Row {
  std::string contender;
  double value;
  double times_base;  // of the scenario's first row with the same case; 0: there is none
};

struct Case {
  std::string name;  // "100 mounts"
  std::vector<Row> rows;
};

struct Scenario {
  std::string name;  // also that of its picture
  std::string unit;
  std::vector<Case> cases;
};

// Measures all scenarios; each round takes every contender once, in random order. Who can't do a
// case is named on standard error and has no row.
// Errors: throws std::runtime_error.
std::vector<Scenario> measure_scenarios(const Programs& programs, const Bundle& bundle, int rounds);

void print_scenarios(std::ostream& out, const std::vector<Scenario>& scenarios);

}  // namespace bench
