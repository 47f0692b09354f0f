// SPDX-License-Identifier: Apache-2.0
#pragma once

// The verdicts of a profile: what each call of each ABI comes to. The first half of the compiler.

#include <cstdint>
#include <span>

#include "engine/rt/arena.h"
#include "engine/seccomp/compile.h"
#include "engine/seccomp/target.h"

namespace nosc::seccomp {

// The number of a verdict, by which calls share it.
using VerdictId = uint16_t;
inline constexpr VerdictId kDefault = 0;

// An action, or a rule in front of another verdict.
struct Verdict {
  const spec::SeccompSyscall* rule = nullptr;  // nullptr: an action
  uint32_t action = 0;                         // of an action: what the filter returns
  VerdictId before = kDefault;                 // of a rule: the rules that are tried before it
  VerdictId match = kDefault;                  // of a rule: the action where it matches
  // Of a rule: the number that socketcall(2) or ipc(2) has for the call; 0 for a call of its own.
  uint8_t multiplexed = 0;
  uint32_t labels[2] = {};  // where its code is, by word; an action has the first only
};

// An ABI that the filter lets in, and the verdicts of its calls.
struct AbiVerdicts {
  const Abi* abi = nullptr;
  const int* numbers = nullptr;  // by the place of the name
  uint32_t base = 0;             // the lowest number
  std::span<VerdictId> calls;    // by number, from base on
  VerdictId private_calls[kMostPrivateCalls] = {};
  uint32_t highest = 0;  // the highest number that the profile names; 0: none
  int socketcall = -1;   // the numbers of the calls that stand for others, or -1
  int ipc = -1;
};

class Verdicts {
 public:
  Verdicts(const spec::Seccomp& profile, const Target& target, Arena& arena);

  // Goes through the profile. Errors: those of compile().
  void add_entries(UnknownNames unknown);

  // The verdict of an action.
  VerdictId action(uint32_t action);

  Verdict& operator[](VerdictId id) { return verdicts_[id]; }
  std::span<const AbiVerdicts> abis() const { return abis_.first(abi_count_); }

 private:
  struct Entry {
    const spec::SeccompSyscall* rule;
    VerdictId match;
    VerdictId first;  // of the verdicts made for this entry
  };

  void add_abi(const Abi& abi);
  bool is_listed(const Abi& abi) const;
  VerdictId add(const Verdict& verdict);
  void add_name(const Entry& entry, std::string_view name, bool& known);
  void add_call(const Entry& entry, VerdictId& cell, uint8_t multiplexed = 0);
  void add_multiplexed(const Entry& entry, AbiVerdicts& of, std::string_view name, unsigned place,
                       bool& known);

  const spec::Seccomp& profile_;
  const Target& target_;
  Arena& arena_;
  std::span<Verdict> verdicts_;
  VerdictId count_ = 0;
  std::span<AbiVerdicts> abis_;
  size_t abi_count_ = 0;
  std::span<uint8_t> multiplexed_;  // by the place of the name: 0, or counted from 1 in their list
};

}  // namespace nosc::seccomp
