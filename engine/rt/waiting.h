// SPDX-License-Identifier: Apache-2.0
#pragma once

// Waiting that a signal to nosc ends. A program that nosc waits for may never end; whoever grows
// tired of it sends nosc SIGTERM or presses Ctrl-C, and gets an error and everything taken back.

#include <cstdint>

#include "syscalls/sys/fd.h"
#include "syscalls/sys/result.h"

namespace nosc::rt {

enum class Waited : uint8_t { kReady, kTimedOut, kInterrupted };

// Takes the signals that would end nosc as the wish that it stop waiting: from here on SIGHUP,
// SIGINT, SIGQUIT and SIGTERM wait to be read until the process ends, but for those that it was
// started with ignored (nohup). What is taken back is taken back whole.
// Errors of the result: those of signalfd(2).
sys::Result<void> take_interruptions();

// Waits until a descriptor can be read, the time has passed, or there is a signal that was taken,
// which is read. Where none were taken, none ends it.
// Units: milliseconds; negative: no limit. Shape: `fd` may be -1.
Waited wait_until_readable(sys::BorrowedFd fd, int timeout_ms);

// Units: milliseconds.
void sleep_ms(int duration_ms);

// Signals as the bits of their numbers less one: all that a process may ignore.
inline constexpr uint32_t kStandardSignals = 0x7fffffff;

// Gives the standard signals of `ignored` their default action and blocks none, for a program that
// is about to be executed: what callers ignore (conmon does broken pipes, nohup hangups) would stay
// ignored for good.
sys::Result<void> reset_signals(uint32_t ignored = kStandardSignals);

}  // namespace nosc::rt
