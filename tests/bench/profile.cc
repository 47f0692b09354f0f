// SPDX-License-Identifier: Apache-2.0
//
// Where the time of a run goes, beside the floor's: by part of the set-up and by system call.
// Needs root:
//
//   sudo ./bazelw run //tests/bench:profile -- [ROUNDS]
//
// Each figure is the median of the rounds, of which each takes both, under ptrace. The shortest
// call is taken for what the tracer costs, and taken off every one; the rest is still too much
// rather than too little where a call wakes another process. Calls that wait are told apart.

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <string_view>

#include "tests/bench/bundle.h"
#include "tests/bench/contender.h"
#include "tests/bench/trace.h"

namespace {

using Calls = std::map<std::string, bench::CallTime>;

// Which part of the set-up a system call belongs to, first match first.
constexpr struct {
  const char* part;
  const char* calls;  // each between spaces
} kParts[] = {
    {"waiting for each other", " wait4 waitid rt_sigtimedwait read ppoll "},
    {"processes and namespaces", " clone clone3 unshare setns sethostname socket ioctl setsid "},
    {"executing", " execve execveat memfd_create fcntl "},
    {"mounts and devices",
     " mount mount_setattr open_tree open_tree_attr move_mount mknodat symlinkat openat openat2 "
     "fstatfs statx "},
    {"entering the root", " pivot_root umount2 chdir fchdir getcwd "},
    {"cgroup, record and folders",
     " mkdirat unlinkat linkat flock writev pwrite64 pread64 statfs "},
    {"privileges", " prctl capset capget prlimit64 setgroups setresuid setresgid keyctl umask "},
    {"the rest", ""},
};

const char* part_of(const std::string& call) {
  for (const auto& row : kParts) {
    if (std::string_view(row.calls).find(" " + call + " ") != std::string_view::npos) {
      return row.part;
    }
  }
  return std::rbegin(kParts)->part;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The median of the rounds for every call, less the tracer's part.
Calls summarise(const std::vector<Calls>& rounds) {
  Calls result;
  std::vector<double> shortest;
  for (const Calls& round : rounds) {
    double least = 1e9;
    for (const auto& [name, call] : round) {
      least = std::min(least, call.shortest_us);
      result[name].calls = std::max(result[name].calls, call.calls);
    }
    shortest.push_back(least);
  }
  const double tracer_us = median(shortest);
  for (auto& [name, call] : result) {
    std::vector<double> times;
    for (const Calls& round : rounds) {
      const auto found = round.find(name);
      if (found != round.end()) {
        times.push_back(found->second.time_us - tracer_us * found->second.calls);
      }
    }
    call.time_us = std::max(0.0, median(times));
  }
  return result;
}

Calls by_part(const Calls& calls) {
  Calls parts;
  for (const auto& [name, call] : calls) {
    parts[part_of(name)].calls += call.calls;
    parts[part_of(name)].time_us += call.time_us;
  }
  return parts;
}

void print_beside(const char* title, Calls floor, Calls nosc) {
  std::vector<std::string> names;
  for (const Calls* calls : {&floor, &nosc}) {
    for (const auto& [name, call] : *calls) {
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    const double of_a = std::max(floor[a].time_us, nosc[a].time_us);
    const double of_b = std::max(floor[b].time_us, nosc[b].time_us);
    return of_a != of_b ? of_a > of_b : a < b;
  });
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::cout << std::left << std::setw(30) << title << "floor us   calls   nosc us   calls\n";
  for (const std::string& name : names) {
    std::cout << std::left << std::setw(28) << name << std::right << std::fixed
              << std::setprecision(1) << std::setw(10) << floor[name].time_us << std::setw(8)
              << floor[name].calls << std::setw(10) << nosc[name].time_us << std::setw(8)
              << nosc[name].calls << "\n";
  }
  std::cout << "\n";
}

void profile(const std::string& self, char** programs, int rounds) {
  const auto in_runfiles = [&](const char* program) {
    return std::filesystem::absolute(self + ".runfiles/nosc/" + program).string();
  };
  bench::Programs found;
  found.floor = in_runfiles(programs[0]);
  found.nosc = in_runfiles(programs[1]);
  found.payload = in_runfiles(programs[2]);
  found.waiting = in_runfiles(programs[3]);
  const bench::Bundle bundle(found.payload, found.waiting);
  const std::vector<bench::Contender> contenders =
      bench::find_contenders(found, bundle, {.folder = bundle.folder()});
  std::vector<Calls> traced[2];
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < std::size(traced); ++i) {
      traced[i].push_back(bench::trace_command(contenders.at(i).command));
    }
  }
  const Calls floor = summarise(traced[0]);
  const Calls nosc = summarise(traced[1]);
  print_beside("part", by_part(floor), by_part(nosc));
  print_beside("system call", floor, nosc);
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kPrograms = 4;
  try {
    if (argc <= kPrograms) {
      throw std::runtime_error("is started by bazel run");
    }
    profile(argv[0], argv + 1,
            argc > kPrograms + 1 ? std::max(1, std::stoi(argv[kPrograms + 1])) : 30);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "profile: " << error.what() << "\n";
    return 1;
  }
}
