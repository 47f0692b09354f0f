// SPDX-License-Identifier: Apache-2.0
#include "engine/capabilities/capabilities.h"
#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::capabilities {
namespace {

bool has(uint64_t set, uint32_t number) { return (set >> number & 1) != 0; }

void raise_ambient(const CapabilityPlan& plan) {
  if (!sets_ambient(plan)) return;
  or_fail(sys::prctl(sys::kPR_CAP_AMBIENT, sys::kPR_CAP_AMBIENT_CLEAR_ALL), Operation::kSet);
  for (uint32_t number = 0; number <= plan.last_capability; ++number) {
    if (!has(plan.ambient, number)) continue;
    or_fail(sys::prctl(sys::kPR_CAP_AMBIENT, sys::kPR_CAP_AMBIENT_RAISE, number), Operation::kSet);
  }
}

}  // namespace

void apply_bounding(const CapabilityPlan& plan) {
  begin_step(Step::kCapabilities);
  for (uint32_t number = 0; number <= plan.last_capability; ++number) {
    if (has(plan.bounding, number)) continue;
    or_fail(sys::prctl(sys::kPR_CAPBSET_DROP, number), Operation::kSet);
  }
  if (plan.leaves_root) or_fail(sys::prctl(sys::kPR_SET_KEEPCAPS, 1), Operation::kSet);
}

void apply_permitted() {
  begin_step(Step::kCapabilities);
  sys::CapUserHeader header{.version = sys::k_LINUX_CAPABILITY_VERSION_3, .pid = sys::Pid{0}};
  sys::CapUserDataPair data{};
  or_fail(sys::capget(header, &data), Operation::kSet);
  for (auto& word : data.word) word.effective = word.permitted;
  or_fail(sys::capset(header, data), Operation::kSet);
}

sys::CapUserDataPair sets_of(const CapabilityPlan& plan) {
  sys::CapUserDataPair data{};
  for (uint32_t word = 0; word < 2; ++word) {
    data.word[word] = {.effective = static_cast<uint32_t>(plan.effective >> 32 * word),
                       .permitted = static_cast<uint32_t>(plan.permitted >> 32 * word),
                       .inheritable = static_cast<uint32_t>(plan.inheritable >> 32 * word)};
  }
  return data;
}

void apply_capabilities(const CapabilityPlan& plan) {
  begin_step(Step::kCapabilities);
  sys::CapUserHeader header{.version = sys::k_LINUX_CAPABILITY_VERSION_3, .pid = sys::Pid{0}};
  or_fail(sys::capset(header, sets_of(plan)), Operation::kSet);
  raise_ambient(plan);
}

}  // namespace nosc::capabilities
