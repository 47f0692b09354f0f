// SPDX-License-Identifier: Apache-2.0
#include "engine/capabilities/capabilities.h"
#include "syscalls/sys.h"

namespace nosc::capabilities {
namespace {

Failure failure_of(sys::Errno error) { return fail(Step::kCapabilities, Operation::kSet, error); }

bool has(uint64_t set, uint32_t number) { return (set >> number & 1) != 0; }

Failure raise_ambient(const CapabilityPlan& plan) {
  const auto cleared = sys::prctl(sys::kPR_CAP_AMBIENT, sys::kPR_CAP_AMBIENT_CLEAR_ALL);
  if (!cleared) return failure_of(cleared.error());
  for (uint32_t number = 0; number <= plan.last_capability; ++number) {
    if (!has(plan.ambient, number)) continue;
    const auto raised = sys::prctl(sys::kPR_CAP_AMBIENT, sys::kPR_CAP_AMBIENT_RAISE, number);
    if (!raised) return failure_of(raised.error());
  }
  return {};
}

}  // namespace

Failure apply_bounding(const CapabilityPlan& plan) {
  for (uint32_t number = 0; number <= plan.last_capability; ++number) {
    if (has(plan.bounding, number)) continue;
    const auto dropped = sys::prctl(sys::kPR_CAPBSET_DROP, number);
    if (!dropped) return failure_of(dropped.error());
  }
  if (!plan.leaves_root) return {};
  const auto kept = sys::prctl(sys::kPR_SET_KEEPCAPS, 1);
  return kept ? Failure{} : failure_of(kept.error());
}

Failure apply_capabilities(const CapabilityPlan& plan) {
  sys::CapUserHeader header{.version = sys::k_LINUX_CAPABILITY_VERSION_3, .pid = sys::Pid{0}};
  sys::CapUserDataPair data{};
  for (uint32_t word = 0; word < 2; ++word) {
    data.word[word] = {.effective = static_cast<uint32_t>(plan.effective >> 32 * word),
                       .permitted = static_cast<uint32_t>(plan.permitted >> 32 * word),
                       .inheritable = static_cast<uint32_t>(plan.inheritable >> 32 * word)};
  }
  const auto set = sys::capset(header, data);
  if (!set) return failure_of(set.error());
  return raise_ambient(plan);
}

}  // namespace nosc::capabilities
