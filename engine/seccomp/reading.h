// SPDX-License-Identifier: Apache-2.0
#pragma once

// A profile read call by call, for tests: what the specification and runc make of it, without any
// of the compiler's sharing, ranges and code.

#include <cstdint>
#include <map>
#include <vector>

#include "engine/seccomp/target.h"
#include "engine/spec/seccomp.h"
#include "syscalls/types.h"

namespace nosc::seccomp {

class Reading {
 public:
  // Pre: profile and target outlive the reading.
  Reading(const spec::Seccomp& profile, const Target& target);

  // What a call comes to.
  uint32_t verdict(const sys::SeccompData& call) const;

 private:
  // An entry of the profile that is about a call; through is its number in socketcall or ipc, or 0.
  struct Mention {
    const spec::SeccompSyscall* rule;
    int through;
  };
  struct OfAbi {
    const Abi* abi;
    std::map<int64_t, std::vector<Mention>> mentions;  // by number, in the profile's order
    int64_t highest = 0;
  };

  const OfAbi* abi_of(const sys::SeccompData& call) const;
  bool is_newer(const OfAbi& of, int64_t number) const;

  const spec::Seccomp& profile_;
  const Target& target_;
  std::vector<OfAbi> abis_;
};

// Calls `visit` with arguments around everything that the profile compares argument values with.
template <class Visit>
void for_boundary_arguments(const spec::Seccomp& profile, sys::SeccompData call, Visit visit) {
  visit(call);
  for (const spec::SeccompSyscall& rule : profile.syscalls) {
    for (const spec::SeccompArgument& argument : rule.args) {
      for (const uint64_t value : {argument.value, argument.value_two}) {
        for (const uint64_t near : {value, value - 1, value + 1, ~value, value ^ uint64_t{1} << 32,
                                    value ^ uint64_t{1} << 63, value << 32}) {
          if (argument.index > 5) continue;
          const uint64_t former = call.args[argument.index];
          call.args[argument.index] = near;
          visit(call);
          // What one argument is left at meets the boundaries of the others.
          if ((near & 1) != 0) call.args[argument.index] = former;
        }
      }
    }
  }
}

}  // namespace nosc::seccomp
