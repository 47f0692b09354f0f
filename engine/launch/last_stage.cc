// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/last_stage.h"

#include "engine/launch/protocol.h"
#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::launch {

void hide_from_tracers() {
  begin_step(Step::kSession);
  or_fail(sys::prctl(sys::kPR_SET_DUMPABLE, 0), Operation::kSet);
}

bool loads_filter(const seccomp::SeccompPlan& plan, seccomp::Loader moment) {
  return !plan.program.empty() && plan.loader == moment;
}

void load_filter(const Plan& plan, process::Waits waits, sys::BorrowedFd channel,
                 process::ExecDescriptors& last, sys::Fd& directory) {
  auto opened = process::open_working_directory();
  if (opened) directory = opened.take();
  last.working_directory = directory;
  last.is_filtered = true;
  last.may_try_execveat = plan.seccomp.may_try_execveat;
  capabilities::apply_permitted();
  if (loads_filter(plan.seccomp, seccomp::Loader::kSetUp)) {
    process::apply_rlimits(plan.process.rlimits, waits);
  }
  const sys::Fd listener = seccomp::apply_seccomp(plan.seccomp);
  if (!listener) return;
  // write(2), as the stub does: the one call that can't be asked about.
  const Failure message{.error = kListenerEvent, .index = static_cast<uint32_t>(listener.raw())};
  or_fail(sys::write(channel, sys::Bytes(&message, sizeof message)), Operation::kWrite);
  or_fail(wait_for_go(channel), Operation::kNone);
  // Seen by its parent, it was seen by its neighbours too: by those who may do all that it may.
  if (!plan.seccomp.parent_is_plain_user) return;
  or_fail(sys::prctl(sys::kPR_SET_DUMPABLE, 0), Operation::kSet);
}

void enter_in_place(const Plan& plan, const process::ExecDescriptors& last, Birth birth) {
  const seccomp::SeccompPlan& filter = plan.seccomp;
  if (filter.listener_path != nullptr) return;
  if (plan.capabilities.leaves_root) capabilities::apply_permitted();
  if (!process::map_stub(plan.process.exec, last.stub)) return;
  process::InPlace stage;
  stage.forks = birth == Birth::kByStub;
  stage.takes_terminal = stage.forks && plan.terminal != Terminal::kNone;
  stage.capabilities = capabilities::sets_of(plan.capabilities);
  stage.sets_ambient = capabilities::sets_ambient(plan.capabilities);
  stage.ambient = plan.capabilities.ambient;
  stage.filters_first = filter.loader == seccomp::Loader::kSetUp;
  stage.filter = {.len = static_cast<uint16_t>(filter.program.size()),
                  .filter = filter.program.data()};
  stage.filter_flags = filter.flags;
  if (stage.filters_first) process::apply_rlimits(plan.process.rlimits, process::Waits::kNot);
  if (plan.process.no_new_privileges) process::apply_no_new_privileges();
  process::enter_stub(plan.process.exec, last, stage);
}

}  // namespace nosc::launch
