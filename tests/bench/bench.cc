// SPDX-License-Identifier: Apache-2.0
//
// How long a container takes, beside the shortest straight line of system calls and beside other
// runtimes. Needs root:
//
//   sudo ./bazelw run //tests/bench -- [--rounds=N] [--only=NAME] [--history=FILE --machine=TEXT]
//
// All contenders run the same bundle, whose payload is a static program that only exits, in random
// order within each round, by vfork, execve and wait4. Times on a shared machine wander: compare
// ratios to the floor, and the tenth percentile before others. Memory and system calls are counted
// in one run more each.

#include <algorithm>
#include <iostream>
#include <random>
#include <stdexcept>

#include "tests/bench/bundle.h"
#include "tests/bench/contender.h"
#include "tests/bench/memory.h"
#include "tests/bench/report.h"

namespace {

struct Options {
  bench::Programs programs;
  int rounds = 100;
  std::string only;     // compare the floor with this one; empty: with all
  std::string history;  // empty: print only
  std::string machine = "unknown";
};

bool take_flag(const std::string& argument, const std::string& flag, std::string& value) {
  if (argument.rfind(flag, 0) != 0) {
    return false;
  }
  value = argument.substr(flag.size());
  return true;
}

// Errors: throws std::exception.
Options parse_options(int argc, char** argv) {
  Options options;
  std::string rounds = std::to_string(options.rounds);
  for (int i = 1; i < argc; ++i) {
    if (!take_flag(argv[i], "--floor=", options.programs.floor) &&
        !take_flag(argv[i], "--nosc=", options.programs.nosc) &&
        !take_flag(argv[i], "--payload=", options.programs.payload) &&
        !take_flag(argv[i], "--rounds=", rounds) && !take_flag(argv[i], "--only=", options.only) &&
        !take_flag(argv[i], "--history=", options.history) &&
        !take_flag(argv[i], "--machine=", options.machine)) {
      throw std::runtime_error(std::string(argv[i]) + ": not an option");
    }
  }
  options.rounds = std::max(1, std::stoi(rounds));
  return options;
}

// One run of each, which also warms the caches; who can't run here is named and left out.
void drop_those_that_fail(std::vector<bench::Contender>& contenders) {
  std::erase_if(contenders, [&](const bench::Contender& contender) {
    try {
      (void)bench::run_once(contender);
      return false;
    } catch (const std::runtime_error& error) {
      std::cerr << "left out: " << error.what() << "\n";
      return true;
    }
  });
}

void measure(const Options& options, const bench::Bundle& bundle,
             std::vector<bench::Contender>& contenders) {
  std::mt19937 random(std::random_device{}());
  std::vector<size_t> order(contenders.size());
  for (size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  for (int round = 0; round < options.rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (const size_t index : order) {
      bench::Contender& contender = contenders[index];
      contender.runs.push_back(bench::run_once(contender));
    }
  }
  for (bench::Contender& contender : contenders) {
    contender.syscalls = bench::count_syscalls(contender, bundle);
    contender.peak_memory_kb = bench::measure_peak_memory_kb(contender.command);
  }
}

void run(const Options& options) {
  const bench::Bundle bundle(options.programs.payload);
  std::vector<bench::Contender> contenders = bench::find_contenders(options.programs, bundle);
  if (!options.only.empty()) {
    std::erase_if(contenders, [&](const bench::Contender& contender) {
      return contender.name != "floor" && contender.name != options.only;
    });
  }
  drop_those_that_fail(contenders);
  if (contenders.empty() || contenders.front().name != "floor") {
    throw std::runtime_error("the floor itself can't run here");
  }
  measure(options, bundle, contenders);
  std::cout << options.rounds << " rounds\n";
  bench::print_table(std::cout, contenders);
  if (!options.history.empty()) {
    bench::append_history(options.history, options.machine, contenders);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(parse_options(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "bench: " << error.what() << "\n";
    return 1;
  }
}
