// SPDX-License-Identifier: Apache-2.0
#include "engine/seccomp/compile.h"
#include "engine/seccomp/seccomp.h"

namespace nosc::seccomp {
namespace {

using spec::SeccompAction;
using spec::SeccompFlag;

constexpr const char* kSyscalls = "/linux/seccomp/syscalls";

// An annotation of crun's: names that no system call has are an error.
constexpr std::string_view kFailUnknown = "run.oci.seccomp_fail_unknown_syscall";

UnknownNames unknown_names(const spec::Config& config) {
  for (const spec::KeyValue& annotation : config.annotations) {
    if (annotation.key == kFailUnknown && annotation.value != "0") return UnknownNames::kRefused;
  }
  return UnknownNames::kSkipped;
}

// Whether calls are to be asked about; refuses what would never be answered.
bool has_listener(const spec::Seccomp& profile) {
  if (profile.default_action == SeccompAction::kNotify) {
    fail_invalid({"/linux/seccomp/defaultAction"}, "SCMP_ACT_NOTIFY can't be the default");
  }
  bool found = false;
  int32_t index = 0;
  for (const spec::SeccompSyscall& rule : profile.syscalls) {
    if (rule.action == SeccompAction::kNotify) {
      found = true;
      for (const std::string_view name : rule.names) {
        if (name != "write") continue;
        fail_invalid({kSyscalls, index, "action"},
                     "SCMP_ACT_NOTIFY cannot be used for the write syscall");
      }
    }
    ++index;
  }
  return found;
}

bool is_harmless(SeccompAction action) {
  return action == SeccompAction::kAllow || action == SeccompAction::kLog ||
         action == SeccompAction::kErrno;
}

// Whether a call, tried in vain, comes back with an error.
bool may_try(const spec::Seccomp& profile, std::string_view call) {
  if (!is_harmless(profile.default_action)) return false;
  for (const spec::SeccompSyscall& rule : profile.syscalls) {
    if (is_harmless(rule.action)) continue;
    for (const std::string_view name : rule.names) {
      if (name == call) return false;
    }
  }
  return true;
}

// Without a list of flags it is this one, as in runc: a filter costs programs no mitigation of
// speculation that they don't ask for. SECCOMP_FILTER_FLAG_TSYNC has no meaning for a process of
// one thread.
sys::SeccompFlags plan_flags(const spec::Seccomp& profile, bool listener) {
  sys::SeccompFlags flags{};
  if (profile.flags.data() == nullptr) flags = sys::kSECCOMP_FILTER_FLAG_SPEC_ALLOW;
  for (const SeccompFlag flag : profile.flags) {
    if (flag == SeccompFlag::kLog) flags = flags | sys::kSECCOMP_FILTER_FLAG_LOG;
    if (flag == SeccompFlag::kSpecAllow) flags = flags | sys::kSECCOMP_FILTER_FLAG_SPEC_ALLOW;
    // The kernel refuses it where nobody receives.
    if (flag == SeccompFlag::kWaitKillableRecv && listener) {
      flags = flags | sys::kSECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    }
  }
  if (listener) flags = flags | sys::kSECCOMP_FILTER_FLAG_NEW_LISTENER;
  return flags;
}

}  // namespace

SeccompPlan plan_seccomp(const spec::Config& config, Loader loader, Arena& arena) {
  const spec::Seccomp& profile = config.linux.seccomp;
  SeccompPlan plan;
  if (!profile.present) return plan;
  const bool listener = has_listener(profile);
  if (profile.listener_path.empty()) {
    if (listener) fail_invalid({"/linux/seccomp/listenerPath"}, "SCMP_ACT_NOTIFY needs a listener");
    if (!profile.listener_metadata.empty()) {
      fail_invalid({"/linux/seccomp/listenerMetadata"}, "needs a listenerPath");
    }
  }
  plan.loader = loader;
  plan.may_try_execveat = may_try(profile, "execveat");
  plan.flags = plan_flags(profile, listener);
  if (listener) {
    plan.listener_path = profile.listener_path.data();
    plan.listener_metadata = profile.listener_metadata;
  }
  plan.program = compile(profile, native_target(), unknown_names(config), arena);
  return plan;
}

}  // namespace nosc::seccomp
