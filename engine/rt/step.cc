// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/step.h"

namespace nosc {
namespace {

constinit StepFailureHandler step_failure_handler = nullptr;
constinit Step present_step = Step::kNone;
constinit uint32_t present_index = 0;

}  // namespace

void set_step_failure_handler(StepFailureHandler handler) { step_failure_handler = handler; }

void begin_step(Step step, size_t index) {
  present_step = step;
  present_index = static_cast<uint32_t>(index);
}

void fail_step(Operation operation, sys::Errno error) {
  step_failure_handler({.step = present_step,
                        .operation = operation,
                        .error = static_cast<uint16_t>(error.value()),
                        .index = present_index});
  __builtin_unreachable();
}

}  // namespace nosc
