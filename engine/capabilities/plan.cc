// SPDX-License-Identifier: Apache-2.0
#include "engine/capabilities/capabilities.h"

namespace nosc::capabilities {
namespace {

// One set of the configuration, and where its mask goes.
struct Set {
  const char* pointer;
  spec::Strings names;
  uint64_t CapabilityPlan::* mask;
};

// Collects warnings, at most one per name. Room for them is taken when there is one.
class Warnings {
 public:
  Warnings(Arena& arena, size_t capacity) : arena_(arena), capacity_(capacity) {}

  Result<void> add(const Set& set, size_t index, const char* text) {
    if (storage_.empty()) storage_ = TRY(arena_.array<Error>(capacity_));
    const std::string_view name = set.names[index];
    for (const Error& earlier : all()) {
      if (earlier.object == name) return {};
    }
    storage_[count_++] = invalid_error({set.pointer, static_cast<int32_t>(index)}, text, name);
    return {};
  }

  std::span<const Error> all() const { return storage_.first(count_); }

 private:
  Arena& arena_;
  size_t capacity_;
  std::span<Error> storage_;
  size_t count_ = 0;
};

// The reason why a capability can't be in a set; nullptr if it can.
const char* reason_to_ignore(const Set& set, int number, const HostFacts& facts, Grantor grantor,
                             const CapabilityPlan& plan) {
  if (number < 0) return "unknown capability, ignored";
  if (static_cast<uint32_t>(number) > facts.last_capability) {
    return "capability unknown to this kernel, ignored";
  }
  const uint64_t bit = uint64_t{1} << number;
  // The bounding set only ever takes away: what the caller lacks isn't granted by it.
  if (set.mask != &CapabilityPlan::bounding && grantor == Grantor::kCaller &&
      (facts.permitted_capabilities & bit) == 0) {
    return "capability not held by the caller, ignored";
  }
  if (set.mask == &CapabilityPlan::ambient && (plan.permitted & plan.inheritable & bit) == 0) {
    return "ambient capability not permitted and inheritable, ignored";
  }
  return nullptr;
}

}  // namespace

Result<CapabilityPlan> plan_capabilities(const spec::Process& process, const HostFacts& facts,
                                         Grantor grantor, Arena& arena) {
  const spec::Capabilities& spec = process.capabilities;
  // Ambient comes last: it depends on two of the others.
  const Set sets[] = {
      {"/process/capabilities/bounding", spec.bounding, &CapabilityPlan::bounding},
      {"/process/capabilities/permitted", spec.permitted, &CapabilityPlan::permitted},
      {"/process/capabilities/effective", spec.effective, &CapabilityPlan::effective},
      {"/process/capabilities/inheritable", spec.inheritable, &CapabilityPlan::inheritable},
      {"/process/capabilities/ambient", spec.ambient, &CapabilityPlan::ambient},
  };
  CapabilityPlan plan;
  plan.last_capability = facts.last_capability;
  plan.leaves_root = process.user.uid != 0;

  size_t name_count = 0;
  for (const Set& set : sets) name_count += set.names.size();
  Warnings warnings(arena, name_count);
  for (const Set& set : sets) {
    for (size_t i = 0; i < set.names.size(); ++i) {
      const int number = capability_number(set.names[i]);
      const char* reason = reason_to_ignore(set, number, facts, grantor, plan);
      if (reason != nullptr) {
        TRY(warnings.add(set, i, reason));
      } else {
        plan.*set.mask |= uint64_t{1} << number;
      }
    }
  }
  plan.warnings = warnings.all();
  if ((plan.effective & ~plan.permitted) != 0) {
    return invalid_error({"/process/capabilities/effective"}, "holds what isn't permitted");
  }
  return plan;
}

}  // namespace nosc::capabilities
