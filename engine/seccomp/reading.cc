// SPDX-License-Identifier: Apache-2.0
#include "engine/seccomp/reading.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

namespace nosc::seccomp {
namespace {

using spec::SeccompAction;
using spec::SeccompOperator;

constexpr uint32_t kX32 = 0x40000000;

uint32_t returned(SeccompAction action, std::optional<uint32_t> number) {
  switch (action) {
    case SeccompAction::kKill:
    case SeccompAction::kKillThread: return SECCOMP_RET_KILL_THREAD;
    case SeccompAction::kKillProcess: return SECCOMP_RET_KILL_PROCESS;
    case SeccompAction::kTrap: return SECCOMP_RET_TRAP;
    case SeccompAction::kErrno: return SECCOMP_RET_ERRNO | number.value_or(1);
    case SeccompAction::kTrace: return SECCOMP_RET_TRACE | number.value_or(1);
    case SeccompAction::kAllow: return SECCOMP_RET_ALLOW;
    case SeccompAction::kLog: return SECCOMP_RET_LOG;
    case SeccompAction::kNotify: return SECCOMP_RET_USER_NOTIF;
  }
  return 0;
}

bool holds(const spec::SeccompArgument& condition, uint64_t argument, Word word) {
  uint64_t value = condition.value;
  uint64_t two = condition.value_two;
  if (word == Word::k32) {
    for (uint64_t* part : {&argument, &value, &two}) *part &= UINT32_MAX;
  }
  switch (condition.op) {
    case SeccompOperator::kNotEqual: return argument != value;
    case SeccompOperator::kLess: return argument < value;
    case SeccompOperator::kLessOrEqual: return argument <= value;
    case SeccompOperator::kEqual: return argument == value;
    case SeccompOperator::kGreaterOrEqual: return argument >= value;
    case SeccompOperator::kGreater: return argument > value;
    case SeccompOperator::kMaskedEqual: return (argument & value) == (two & value);
  }
  return false;
}

// SYS_SOCKET and so on of linux/net.h, SEMOP and so on of linux/ipc.h.
int multiplexed(std::string_view through, std::string_view name) {
  static const std::map<std::string_view, std::map<std::string_view, int>> numbers = {
      {"socketcall", {{"socket", 1},    {"bind", 2},        {"connect", 3},     {"listen", 4},
                      {"accept", 5},    {"getsockname", 6}, {"getpeername", 7}, {"socketpair", 8},
                      {"send", 9},      {"recv", 10},       {"sendto", 11},     {"recvfrom", 12},
                      {"shutdown", 13}, {"setsockopt", 14}, {"getsockopt", 15}, {"sendmsg", 16},
                      {"recvmsg", 17},  {"accept4", 18},    {"recvmmsg", 19},   {"sendmmsg", 20}}},
      {"ipc",
       {{"semop", 1},
        {"semget", 2},
        {"semctl", 3},
        {"semtimedop", 4},
        {"msgsnd", 11},
        {"msgrcv", 12},
        {"msgget", 13},
        {"msgctl", 14},
        {"shmat", 21},
        {"shmdt", 22},
        {"shmget", 23},
        {"shmctl", 24}}}};
  const auto& calls = numbers.at(through);
  const auto found = calls.find(name);
  return found == calls.end() ? 0 : found->second;
}

int64_t number_of(const Abi& abi, std::string_view name) {
  if (abi.id == sys::AbiId::kArm) {
    constexpr std::string_view kPrivate[] = {"breakpoint", "cacheflush", "usr26",
                                             "usr32",      "set_tls",    "get_tls"};
    const auto found = std::find(std::begin(kPrivate), std::end(kPrivate), name);
    if (found != std::end(kPrivate)) return 0xf0001 + (found - kPrivate);
  }
  return sys::AllNames::number(abi.id, name.data(), name.size());
}

// The rule's own conditions with one about the first argument in place of what it says of that.
bool matches(const spec::SeccompSyscall& rule, const sys::SeccompData& call, Word word,
             int through) {
  if (through != 0 &&
      !holds({0, SeccompOperator::kEqual, static_cast<uint64_t>(through), 0}, call.args[0], word)) {
    return false;
  }
  int counts[6] = {};
  bool all = true;
  bool any = false;
  bool repeated = false;
  for (const spec::SeccompArgument& condition : rule.args) {
    const bool held = (through != 0 && condition.index == 0) ||
                      holds(condition, call.args[condition.index], word);
    all &= held;
    any |= held;
    repeated |= ++counts[condition.index] > 1;
  }
  return repeated ? any : all;
}

}  // namespace

Reading::Reading(const spec::Seccomp& profile, const Target& target)
    : profile_(profile), target_(target) {
  for (const Abi& abi : target.abis) {
    const auto& listed = profile.architectures;
    const bool is_native = &abi == target.abis.data();
    if (!is_native && std::find(listed.begin(), listed.end(), abi.architecture) == listed.end()) {
      continue;
    }
    OfAbi& of = abis_.emplace_back(OfAbi{&abi, {}});
    for (const spec::SeccompSyscall& rule : profile.syscalls) {
      for (const std::string_view name : rule.names) {
        bool is_multiplexed = false;
        for (const char* call : {"socketcall", "ipc"}) {
          const int through = multiplexed(call, name);
          const int64_t number = number_of(abi, call);
          if (through == 0 || number < 0) continue;
          is_multiplexed = true;
          of.mentions[number].push_back({&rule, through});
        }
        const int64_t number = number_of(abi, name);
        if (number < 0) continue;
        of.mentions[number].push_back({&rule, 0});
        if (!is_multiplexed) of.highest = std::max(of.highest, number);
      }
    }
  }
}

const Reading::OfAbi* Reading::abi_of(const sys::SeccompData& call) const {
  for (const OfAbi& of : abis_) {
    const bool is_x32 = of.abi->id == sys::AbiId::kX32;
    const bool wants_x32 =
        of.abi->audit_arch == sys::kAUDIT_ARCH_X86_64 && static_cast<uint32_t>(call.nr) >= kX32;
    if (of.abi->audit_arch == call.arch && is_x32 == wants_x32) return &of;
  }
  return nullptr;
}

// runc's part in front of the filter: true for calls newer than the profile.
bool Reading::is_newer(const OfAbi& of, int64_t number) const {
  const SeccompAction action = profile_.default_action;
  if (action == SeccompAction::kAllow || action == SeccompAction::kLog ||
      action == SeccompAction::kTrace || of.highest == 0) {
    return false;
  }
  return number > of.highest || (target_.name == "s390x" && number == 0);
}

uint32_t Reading::verdict(const sys::SeccompData& call) const {
  const uint32_t otherwise = returned(profile_.default_action, profile_.default_errno_ret);
  const uint32_t enosys = SECCOMP_RET_ERRNO | target_.enosys;
  const auto number = static_cast<uint32_t>(call.nr);
  const OfAbi* const of = abi_of(call);
  if (of == nullptr) {
    const OfAbi& native = abis_.front();
    if (call.arch != native.abi->audit_arch) return SECCOMP_RET_KILL_THREAD;
    // x32 where it isn't listed: runc's part looks for its bit alone, and lets it through.
    if ((number & kX32) == 0 && is_newer(native, number)) return enosys;
    return number == UINT32_MAX ? otherwise : SECCOMP_RET_KILL_THREAD;
  }
  if (is_newer(*of, number)) return enosys;
  const auto mentions = of->mentions.find(number);
  if (mentions == of->mentions.end()) return otherwise;
  std::optional<uint32_t> conditional;
  for (const auto& [rule, through] : mentions->second) {
    const uint32_t action = returned(rule->action, rule->errno_ret);
    if (action == otherwise) continue;
    if (through == 0 && rule->args.empty()) return action;
    if (!conditional && matches(*rule, call, of->abi->word, through)) conditional = action;
  }
  return conditional.value_or(otherwise);
}

}  // namespace nosc::seccomp
