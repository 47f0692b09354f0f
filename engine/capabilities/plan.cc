// SPDX-License-Identifier: Apache-2.0
#include "engine/capabilities/capabilities.h"

namespace nosc::capabilities {
namespace {

// One set: where it comes from and where its mask goes.
struct Set {
  const char* pointer;
  spec::Strings spec::Capabilities::* names;
  uint64_t CapabilityPlan::* mask;
};

// Ambient comes last: it depends on two of the others.
constexpr Set kSets[] = {
    {"/process/capabilities/bounding", &spec::Capabilities::bounding, &CapabilityPlan::bounding},
    {"/process/capabilities/permitted", &spec::Capabilities::permitted, &CapabilityPlan::permitted},
    {"/process/capabilities/effective", &spec::Capabilities::effective, &CapabilityPlan::effective},
    {"/process/capabilities/inheritable", &spec::Capabilities::inheritable,
     &CapabilityPlan::inheritable},
    {"/process/capabilities/ambient", &spec::Capabilities::ambient, &CapabilityPlan::ambient},
};

constexpr Place kEffective = {"/process/capabilities/effective"};

// Collects warnings, at most one per name. Room for them is taken when there is one.
class Warnings {
 public:
  Warnings(Arena& arena, size_t capacity) : arena_(arena), capacity_(capacity) {}

  void add(const Place& place, std::string_view name, const char* text) {
    if (storage_.empty()) storage_ = arena_.array<Error>(capacity_);
    for (const Error& earlier : all()) {
      if (earlier.object == name) return;
    }
    storage_[count_++] = {
        .code = ErrorCode::kInvalid, .object = name, .place = place, .text = text};
  }

  std::span<const Error> all() const { return storage_.first(count_); }

 private:
  Arena& arena_;
  size_t capacity_;
  std::span<Error> storage_;
  size_t count_ = 0;
};

// Told once of a set: buildah asks for all of its capabilities so. Not told where nothing is
// missing for it: runc spec asks so for a program of root's.
constexpr const char* kNotInheritable =
    "not permitted and inheritable, and so not ambient; ignored, and others like it";

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
    return kNotInheritable;
  }
  return nullptr;
}

// Whether a program has a capability for being root's: all that the bounding set leaves it.
bool is_roots(const CapabilityPlan& plan, int number) {
  return !plan.leaves_root && (plan.bounding >> number & 1) != 0;
}

}  // namespace

CapabilityPlan plan_capabilities(const spec::Process& process, const HostFacts& facts,
                                 Grantor grantor, Arena& arena) {
  CapabilityPlan plan;
  plan.last_capability = facts.last_capability;
  plan.leaves_root = process.user.uid != 0;

  size_t name_count = 0;
  for (const Set& set : kSets) name_count += (process.capabilities.*set.names).size();
  Warnings warnings(arena, name_count);
  for (const Set& set : kSets) {
    Place place = {set.pointer, 0};
    const char* told = nullptr;
    for (const std::string_view name : process.capabilities.*set.names) {
      const int number = capability_number(name);
      const char* reason = reason_to_ignore(set, number, facts, grantor, plan);
      if (reason == nullptr) {
        plan.*set.mask |= uint64_t{1} << number;
      } else if (reason != told && (reason != kNotInheritable || !is_roots(plan, number))) {
        warnings.add(place, name, reason);
        if (reason == kNotInheritable) told = reason;
      }
      ++place.index;
    }
  }
  plan.warnings = warnings.all();
  if ((plan.effective & ~plan.permitted) != 0) {
    fail_invalid(kEffective, "holds what isn't permitted");
  }
  return plan;
}

}  // namespace nosc::capabilities
