// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the set-up of a container is, and how it ends when a step fails.
//
// The set-up is one straight line in a process of its own that ends at the first failure, so no
// function of it hands one up: each says which step it begins, and for which entry of the plan, and
// what is refused ends the line with that step in the record.

#include <utility>

#include "engine/rt/failure.h"
#include "syscalls/sys/result.h"

namespace nosc {

// What ends the line: sends the record and ends the process. Never returns.
using StepFailureHandler = void (*)(const Failure& failure);

// Says what fail_step() does: the set-up's first act.
void set_step_failure_handler(StepFailureHandler handler);

// Begins a step; `index` is the plan's entry that it works on.
void begin_step(Step step, size_t index = 0);

// Ends the set-up at the present step.
[[noreturn]] void fail_step(Operation operation, sys::Errno error);

// Yields the value of a system call's result, or ends the set-up with its error.
template <class T>
T or_fail(sys::Result<T> result, Operation operation) {
  if (!result.ok()) fail_step(operation, result.error());
  return std::move(result).value();
}

}  // namespace nosc
