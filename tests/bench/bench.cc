// SPDX-License-Identifier: Apache-2.0
//
// How long a container takes, beside the shortest straight line of system calls and beside other
// runtimes. Needs root:
//
//   sudo ./bazelw run //tests/bench -- [--rounds=N] [--only=NAME] [--history=FILE --machine=TEXT]
//                                      [--svg=FOLDER]
//   sudo ./bazelw run //tests/bench -- --operations [--rounds=N]
//
// --operations measures create, state, start, exec and delete instead, beside crun and runc;
// --scenarios how a run's time grows with the configuration, the host and the containers there are:
//
//   sudo ./bazelw run //tests/bench -- --scenarios [--rounds=N] [--json=FILE] [--svg=FOLDER]
//
// All contenders run the same bundle, whose payload is a static program that only exits, in random
// order within each round, by vfork, execve and wait4. Times on a shared machine wander: compare
// ratios to the floor, and the tenth percentile before others. Memory and system calls are counted
// in one run more each.

#include <sys/prctl.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <random>
#include <stdexcept>

#include "tests/bench/bundle.h"
#include "tests/bench/contender.h"
#include "tests/bench/lifecycle.h"
#include "tests/bench/memory.h"
#include "tests/bench/pictures.h"
#include "tests/bench/report.h"
#include "tests/bench/scenarios.h"

namespace {

struct Options {
  bench::Programs programs;
  int rounds = 100;
  bool operations = false;
  bool scenarios = false;
  std::string only;     // compare the floor with this one; empty: with all
  std::string history;  // empty: print only
  std::string json;     // a file; empty: none
  std::string svg;      // a folder; empty: no pictures
  std::string machine = "unknown";
};

bool take_flag(const std::string& argument, const std::string& flag, std::string& value) {
  if (argument.rfind(flag, 0) != 0) {
    return false;
  }
  value = argument.substr(flag.size());
  return true;
}

// Programs of this build are named as they lie beneath this one's runfiles, wherever it is started.
void find_in_runfiles(const std::string& bench, std::string& program) {
  if (!program.empty()) {
    program = std::filesystem::absolute(bench + ".runfiles/nosc/" + program);
  }
}

// Errors: throws std::exception.
Options parse_options(int argc, char** argv) {
  Options options;
  std::string rounds = std::to_string(options.rounds);
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    options.operations = options.operations || argument == "--operations";
    options.scenarios = options.scenarios || argument == "--scenarios";
    if (argument == "--operations" || argument == "--scenarios") {
      continue;
    }
    if (!take_flag(argv[i], "--floor=", options.programs.floor) &&
        !take_flag(argv[i], "--nosc=", options.programs.nosc) &&
        !take_flag(argv[i], "--payload=", options.programs.payload) &&
        !take_flag(argv[i], "--waiting=", options.programs.waiting) &&
        !take_flag(argv[i], "--rounds=", rounds) && !take_flag(argv[i], "--only=", options.only) &&
        !take_flag(argv[i], "--history=", options.history) &&
        !take_flag(argv[i], "--json=", options.json) &&
        !take_flag(argv[i], "--svg=", options.svg) &&
        !take_flag(argv[i], "--profile=", options.programs.profile) &&
        !take_flag(argv[i], "--machine=", options.machine)) {
      throw std::runtime_error(std::string(argv[i]) + ": not an option");
    }
  }
  options.rounds = std::max(1, std::stoi(rounds));
  bench::Programs& programs = options.programs;
  for (std::string* program :
       {&programs.floor, &programs.nosc, &programs.payload, &programs.waiting, &programs.profile}) {
    find_in_runfiles(argv[0], *program);
  }
  return options;
}

// One try of each, which also warms the caches; who can't run here is named and left out.
template <class Contenders, class Try>
void drop_those_that_fail(Contenders& contenders, Try attempt) {
  std::erase_if(contenders, [&](const auto& contender) {
    try {
      attempt(contender);
      return false;
    } catch (const std::runtime_error& error) {
      std::cerr << "left out: " << error.what() << "\n";
      return true;
    }
  });
}

// Calls with every index below `count`, in another order in each round.
template <class Call>
void in_random_order(int rounds, size_t count, Call call) {
  std::mt19937 random(std::random_device{}());
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  for (int round = 0; round < rounds; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    for (const size_t index : order) {
      call(index);
    }
  }
}

void measure(const Options& options, const bench::Bundle& bundle,
             std::vector<bench::Contender>& contenders) {
  in_random_order(options.rounds, contenders.size(), [&](size_t index) {
    bench::Contender& contender = contenders[index];
    contender.runs.push_back(bench::run_command(contender.name, contender.command));
  });
  for (bench::Contender& contender : contenders) {
    contender.syscalls = bench::count_syscalls(contender, bundle);
    contender.peak_memory_kb = bench::measure_peak_memory_kb(contender.command);
  }
}

// The containers' first processes become children of this one when their runtime has ended.
void measure_operations(const Options& options, const bench::Bundle& bundle) {
  bundle.run_program("/wait");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::vector<bench::Runtime> runtimes = bench::find_runtimes(options.programs, bundle);
  drop_those_that_fail(runtimes, [&](bench::Runtime runtime) { live_once(runtime, bundle); });
  in_random_order(options.rounds, runtimes.size(),
                  [&](size_t index) { live_once(runtimes[index], bundle); });
  std::cout << options.rounds << " rounds\n";
  bench::print_lives(std::cout, runtimes, "crun");
}

void measure_scenarios(const Options& options, const bench::Bundle& bundle) {
  const std::vector<bench::Scenario> scenarios =
      bench::measure_scenarios(options.programs, bundle, options.rounds);
  bench::print_scenarios(std::cout, scenarios);
  if (!options.json.empty()) {
    bench::write_json(options.json, options.machine, scenarios);
  }
  if (!options.svg.empty()) {
    bench::write_pictures(options.svg, scenarios);
  }
}

void run(const Options& options) {
  const bench::Bundle bundle(options.programs.payload, options.programs.waiting);
  if (options.operations) {
    measure_operations(options, bundle);
    return;
  }
  if (options.scenarios) {
    measure_scenarios(options, bundle);
    return;
  }
  std::vector<bench::Contender> contenders =
      bench::find_contenders(options.programs, bundle, {.folder = bundle.folder()});
  if (!options.only.empty()) {
    std::erase_if(contenders, [&](const bench::Contender& contender) {
      return contender.name != "floor" && contender.name != options.only;
    });
  }
  drop_those_that_fail(contenders, [](const bench::Contender& contender) {
    (void)bench::run_command(contender.name, contender.command);
  });
  if (contenders.empty() || contenders.front().name != "floor") {
    throw std::runtime_error("the floor itself can't run here");
  }
  measure(options, bundle, contenders);
  std::cout << options.rounds << " rounds\n";
  bench::print_table(std::cout, contenders);
  if (!options.history.empty()) {
    bench::append_history(options.history, options.machine, contenders);
  }
  if (!options.svg.empty()) {
    bench::write_pictures(options.svg, bench::summarize(contenders));
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
