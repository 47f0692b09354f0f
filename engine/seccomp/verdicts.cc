// SPDX-License-Identifier: Apache-2.0
#include "engine/seccomp/verdicts.h"

#include <algorithm>

#include "engine/rt/packed_names.h"
#include "syscalls/errno.h"

namespace nosc::seccomp {
namespace {

constexpr const char* kSyscalls = "/linux/seccomp/syscalls";
constexpr uint32_t kArguments = 6;

// What a filter returns for an action, in the order of spec::SeccompAction.
constexpr uint32_t kActions[] = {
    sys::kSECCOMP_RET_KILL_THREAD, sys::kSECCOMP_RET_KILL_PROCESS, sys::kSECCOMP_RET_KILL_THREAD,
    sys::kSECCOMP_RET_TRAP,        sys::kSECCOMP_RET_ERRNO,        sys::kSECCOMP_RET_TRACE,
    sys::kSECCOMP_RET_ALLOW,       sys::kSECCOMP_RET_LOG,          sys::kSECCOMP_RET_USER_NOTIF,
};

// Calls that go through another one on some ABIs, in the order of their numbers there: from
// SYS_SOCKET of linux/net.h on, and from SEMOP, MSGSND and SHMAT of linux/ipc.h, four each.
constexpr uint32_t kSocketCalls = 20;
constexpr char kMultiplexed[] =
    "socket\0bind\0connect\0listen\0accept\0getsockname\0getpeername\0socketpair\0send\0recv\0"
    "sendto\0recvfrom\0shutdown\0setsockopt\0getsockopt\0sendmsg\0recvmsg\0accept4\0recvmmsg\0"
    "sendmmsg\0"
    "semop\0semget\0semctl\0semtimedop\0msgsnd\0msgrcv\0msgget\0msgctl\0shmat\0shmdt\0shmget\0"
    "shmctl\0";

// The place of a name in a list, counted from 1; 0: it isn't there.
uint32_t find(const char* list, std::string_view name) {
  for (uint32_t place = 1; *list != '\0'; ++place) {
    if (take_name(list, name)) return place;
  }
  return 0;
}

// What the filter returns for an action with its errno.
// Source: config-linux.md: where the action takes none, the runtime must fail.
uint32_t returned(spec::SeccompAction action, std::optional<uint32_t> errno_ret,
                  const Place& place) {
  const uint32_t base = kActions[static_cast<size_t>(action)];
  const bool takes_errno =
      action == spec::SeccompAction::kErrno || action == spec::SeccompAction::kTrace;
  if (!takes_errno) {
    if (errno_ret) fail_invalid(place, "the action takes no errno");
    return base;
  }
  const uint32_t number = errno_ret.value_or(sys::kEPERM.value());
  if (number > sys::kSECCOMP_RET_DATA) fail_invalid(place, "is out of range: at most 65535");
  return base | number;
}

void check_arguments(const spec::SeccompSyscall& rule, int32_t index) {
  for (size_t i = 0; i < rule.args.size(); ++i) {
    if (rule.args[i].index < kArguments) continue;
    fail_invalid({kSyscalls, index, "args", static_cast<int32_t>(i)},
                 "the index is out of range: at most 5");
  }
}

}  // namespace

Verdicts::Verdicts(const spec::Seccomp& profile, const Target& target, Arena& arena)
    : profile_(profile),
      target_(target),
      arena_(arena),
      abis_(arena.array<AbiVerdicts>(target.abis.size())) {
  action(returned(profile.default_action, profile.default_errno_ret,
                  {"/linux/seccomp/defaultErrnoRet"}));
  for (const Abi& abi : target.abis) {
    if (&abi == target.abis.data() || is_listed(abi)) add_abi(abi);
  }
  multiplexed_ = arena.array<uint8_t>(target.name_count + 1);
  uint8_t number = 0;
  for (const char* next = kMultiplexed; *next != '\0';) {
    const std::string_view name = next;
    multiplexed_[target.place(name.data(), name.size())] = ++number;
    next += name.size() + 1;
  }
}

bool Verdicts::is_listed(const Abi& abi) const {
  const auto& listed = profile_.architectures;
  return std::find(listed.begin(), listed.end(), abi.architecture) != listed.end();
}

void Verdicts::add_abi(const Abi& abi) {
  AbiVerdicts& of = abis_[abi_count_++];
  of.abi = &abi;
  const auto numbers = arena_.array<int>(target_.name_count);
  target_.numbers_by_place(abi.id, numbers.data());
  of.numbers = numbers.data();
  of.base = UINT32_MAX;
  uint32_t end = 0;
  for (const int number : numbers) {
    if (number < 0) continue;
    of.base = std::min(of.base, static_cast<uint32_t>(number));
    end = std::max(end, static_cast<uint32_t>(number) + 1);
  }
  of.calls = arena_.array<VerdictId>(end - of.base);
  const auto number_of = [&](std::string_view name) {
    const unsigned place = target_.place(name.data(), name.size());
    return place == target_.name_count ? -1 : of.numbers[place];
  };
  of.socketcall = number_of("socketcall");
  of.ipc = number_of("ipc");
}

VerdictId Verdicts::add(const Verdict& verdict) {
  if (count_ == verdicts_.size()) {
    const auto more = arena_.array<Verdict>(count_ * 2 + 64);
    std::copy(verdicts_.begin(), verdicts_.end(), more.begin());
    verdicts_ = more;
  }
  if (count_ == UINT16_MAX) fail_invalid({kSyscalls}, "too many different rules");
  verdicts_[count_] = verdict;
  return count_++;
}

VerdictId Verdicts::action(uint32_t action) {
  for (VerdictId id = 0; id != count_; ++id) {
    if (verdicts_[id].rule == nullptr && verdicts_[id].action == action) return id;
  }
  return add({.action = action});
}

// Puts an entry behind the verdict that a call has so far.
void Verdicts::add_call(const Entry& entry, VerdictId& cell, uint8_t multiplexed) {
  const VerdictId before = cell;
  const bool is_settled = before != kDefault && verdicts_[before].rule == nullptr;
  if (is_settled) return;
  if (entry.rule->args.empty() && multiplexed == 0) {
    cell = entry.match;
    return;
  }
  for (VerdictId id = entry.first; id != count_; ++id) {
    if (verdicts_[id].before == before && verdicts_[id].multiplexed == multiplexed) {
      cell = id;
      return;
    }
  }
  cell =
      add({.rule = entry.rule, .before = before, .match = entry.match, .multiplexed = multiplexed});
}

void Verdicts::add_multiplexed(const Entry& entry, AbiVerdicts& of, std::string_view name,
                               unsigned place, bool& known) {
  if (of.socketcall < 0) return;  // and no ipc either
  // Some are calls of their own on none of the machine's ABIs, and have no place.
  uint32_t number = place != target_.name_count ? multiplexed_[place] : find(kMultiplexed, name);
  if (number == 0) return;
  int through = of.socketcall;
  if (number > kSocketCalls) {
    through = of.ipc;
    number -= kSocketCalls;
    number += (number - 1) / 4 * 6;
  }
  known = true;
  if (entry.match == kDefault) return;
  add_call(entry, of.calls[static_cast<uint32_t>(through) - of.base], static_cast<uint8_t>(number));
}

void Verdicts::add_name(const Entry& entry, std::string_view name, bool& known) {
  const unsigned place = target_.place(name.data(), name.size());
  known = place != target_.name_count;
  for (AbiVerdicts& of : abis_.first(abi_count_)) {
    bool is_multiplexed = false;
    add_multiplexed(entry, of, name, place, is_multiplexed);
    known |= is_multiplexed;
    VerdictId* cell = nullptr;
    uint32_t number = 0;
    if (place != target_.name_count && of.numbers[place] >= 0) {
      number = static_cast<uint32_t>(of.numbers[place]);
      cell = &of.calls[number - of.base];
    }
    if (const uint32_t found = find(of.abi->private_calls, name); found != 0) {
      number = kFirstPrivateCall + found - 1;
      cell = &of.private_calls[found - 1];
    }
    if (cell == nullptr) continue;
    known = true;
    if (!is_multiplexed) of.highest = std::max(of.highest, number);
    if (entry.match != kDefault) add_call(entry, *cell);
  }
}

void Verdicts::add_entries(UnknownNames unknown) {
  int32_t index = 0;
  for (const spec::SeccompSyscall& rule : profile_.syscalls) {
    Place place{kSyscalls, index, "names"};
    if (rule.names.empty()) fail_invalid(place, "is empty");
    check_arguments(rule, index);
    const uint32_t value = returned(rule.action, rule.errno_ret, {kSyscalls, index, "errnoRet"});
    const VerdictId match = action(value);
    const Entry entry{&rule, match, count_};
    for (const std::string_view name : rule.names) {
      ++place.tail_index;
      bool known = false;
      add_name(entry, name, known);
      if (!known && unknown == UnknownNames::kRefused) {
        fail_invalid(place, "no system call of this machine", name);
      }
    }
    ++index;
  }
}

}  // namespace nosc::seccomp
