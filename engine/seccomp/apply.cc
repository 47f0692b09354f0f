// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/step.h"
#include "engine/seccomp/seccomp.h"
#include "syscalls/processes.h"
#include "syscalls/security.h"

namespace nosc::seccomp {

sys::Fd apply_seccomp(const SeccompPlan& plan) {
  begin_step(Step::kSeccomp);
  const bool shows = plan.listener_path != nullptr && plan.parent_is_plain_user;
  if (shows) or_fail(sys::prctl(sys::kPR_SET_DUMPABLE, 1), Operation::kSet);
  const sys::SockFprog program{.len = static_cast<uint16_t>(plan.program.size()),
                               .filter = plan.program.data()};
  const int made =
      or_fail(sys::seccomp(sys::kSECCOMP_SET_MODE_FILTER, plan.flags, &program), Operation::kSet);
  return plan.listener_path == nullptr ? sys::Fd{} : sys::Fd::adopt(made);
}

}  // namespace nosc::seccomp
