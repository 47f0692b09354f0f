// SPDX-License-Identifier: Apache-2.0
//
// The programs that are compared: how each is told to run the bundle, and what came out.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/bench/bundle.h"

namespace bench {

struct Run {
  uint64_t wall_ns;  // from before the start of the program until its end was waited for
  uint64_t cpu_us;   // user and system time of it and of everything that it waited for
};

// What the driver's child becomes before it executes a command.
struct Caller {
  uid_t user = 0;            // and the group of that number
  int cgroup_procs_fd = -1;  // of the cgroup.procs to join; -1: stay
};

struct Contender {
  std::string name;
  std::vector<std::string> command;  // the first word is the program's path
  Caller caller = {};
  std::vector<Run> runs = {};
  // Of one more run, its payload's included; 0: not counted.
  uint64_t syscalls = 0;
  uint64_t peak_memory_kb = 0;
};

// Programs of this build.
struct Programs {
  std::string floor;
  std::string nosc;     // empty: not there
  std::string payload;  // exits at once
  std::string waiting;  // waits until it is killed
  std::string profile;  // podman's default seccomp profile, as configurations have it
};

// A configuration of the bundle's root file system, and the names of what is made from it.
struct Site {
  std::string folder;               // holds config.json
  std::string name = "nosc_bench";  // of the container and of its cgroup
  int binds = 0;                    // of which config.json has as many
  std::string program = "/true";    // in the root file system
  std::string records = "";         // "/NAME" beneath the bundle's state folder, or at its top
};

// The contenders that this machine has: the floor first, then nosc and the installed peers.
std::vector<Contender> find_contenders(const Programs& programs, const Bundle& bundle,
                                       const Site& site);

// Runs a command of the contender with that name once.
// Errors: throws std::runtime_error with what it said, if it didn't exit with 0.
Run run_command(const std::string& name, const std::vector<std::string>& command,
                const Caller& caller = {});

// The path of an installed program, or an empty string. PATH first, then where administrators'
// programs lie.
std::string find_program(const std::string& name);

// System calls of one run as strace counts them, or 0 where strace is missing or fails.
uint64_t count_syscalls(const Contender& contender, const Bundle& bundle);

}  // namespace bench
