// SPDX-License-Identifier: Apache-2.0
//
// The least memory limit under which a command still works: of a cgroup in which the whole of it
// runs, from the runtime's execve to the container's last process.
#pragma once

#include <stdint.h>

#include <string>

#include "tests/bench/contender.h"

namespace bench {

// A memory cgroup of version 1, seen in this process's mount namespace alone and removed with it.
class LimitedCgroup {
 public:
  // `folder`: where the hierarchy is mounted; it is made.
  // Errors: throws std::runtime_error (where the machine has the memory controller in version 2,
  // for instance).
  LimitedCgroup(const std::string& folder, const std::string& name);
  ~LimitedCgroup();
  LimitedCgroup(const LimitedCgroup&) = delete;
  LimitedCgroup& operator=(const LimitedCgroup&) = delete;

  // In KiB, to whole pages; under it the command has worked several times in a row, and with a page
  // less it has not. 0: it doesn't work at all. Pages of files that are in the cache already are
  // charged to nobody.
  uint64_t find_least_kib(const Contender& contender) const;

 private:
  bool works(const Contender& contender, uint64_t limit_kib) const;

  std::string hierarchy_;
  std::string cgroup_;
  int procs_fd_ = -1;
};

}  // namespace bench
