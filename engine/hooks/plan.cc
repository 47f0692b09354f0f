// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <climits>

#include "engine/hooks/hooks.h"

namespace nosc::hooks {
namespace {

constexpr struct {
  std::span<const spec::Hook> spec::Hooks::* member;
  const char* pointer;
} kKinds[kKindCount] = {
    {&spec::Hooks::prestart, "/hooks/prestart"},
    {&spec::Hooks::create_runtime, "/hooks/createRuntime"},
    {&spec::Hooks::create_container, "/hooks/createContainer"},
    {&spec::Hooks::start_container, "/hooks/startContainer"},
    {&spec::Hooks::poststart, "/hooks/poststart"},
    {&spec::Hooks::poststop, "/hooks/poststop"},
};

// The kernel takes them as writable strings, and writes to none of them.
char** strings(spec::Strings texts, Arena& arena) {
  const auto pointers = arena.array<char*>(texts.size() + 1);
  for (size_t i = 0; i < texts.size(); ++i) pointers[i] = const_cast<char*>(texts[i].data());
  return pointers.data();
}

void plan_hook(const spec::Hook& hook, HookRecord& record, Arena& arena) {
  const spec::Strings path_alone(&hook.path, 1);
  record.argv = strings(hook.args.empty() ? path_alone : hook.args, arena);
  if (hook.env.data() != nullptr) record.envp = strings(hook.env, arena);
  record.path = hook.path.data();
  if (!hook.timeout_s) return;
  if (*hook.timeout_s <= 0) {
    record.place.tail = "timeout";
    fail_invalid(record.place, "must be above 0");
  }
  record.timeout_ms = std::min(*hook.timeout_s, INT_MAX / 1000) * 1000;
}

}  // namespace

HookPlan plan_hooks(const spec::Hooks& hooks, Arena& arena) {
  HookPlan plan;
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const auto list = hooks.*kKinds[kind].member;
    const auto records = arena.array<HookRecord>(list.size());
    for (size_t i = 0; i < list.size(); ++i) {
      records[i].place = {.pointer = kKinds[kind].pointer, .index = static_cast<int32_t>(i)};
      plan_hook(list[i], records[i], arena);
    }
    plan.kinds[kind] = records;
  }
  return plan;
}

}  // namespace nosc::hooks
