// SPDX-License-Identifier: Apache-2.0
#pragma once

// sd_notify(3) of a container. Whoever starts nosc with NOTIFY_SOCKET is to hear when the
// container's program is ready, and which process that is:
//
//   the caller's socket <--- nosc start, or run <--- /run/notify/notify.sock <--- the program
//
// The container sees a directory beside its record, in which there is nothing but the socket; what
// it sends there is read for the line that begins with READY= alone, so nothing else of it reaches
// the caller.

#include "engine/cli/commands.h"
#include "engine/launch/parent.h"
#include "engine/spec/config.h"
#include "engine/state/record.h"

namespace nosc::cli {

// Adds the directory's mount and the variable to a configuration, where nosc was started so.
void add_notify_socket(const CommandLine& line, const Environment& environment,
                       spec::Config& config, Arena& arena);

// Makes the directory of a container whose record has kHasNotify. Pre: the id is taken.
void make_notify_directory(const state::Record& record);

// Binds the container's socket before its program starts; nothing where there is none, or where
// nobody wants to hear.
sys::Fd open_notify_socket(const state::Record& record, const Environment& environment);

// Waits until the program says that it is ready, or has ended, and tells the caller: READY=1, and
// `main` as MAINPID. Pre: the record's lock isn't held.
void pass_on_readiness(sys::Fd socket, const state::Record& record, sys::Pid main,
                       const Environment& environment);

// The same, in a process beside this one, which waits for the container meanwhile.
void pass_on_readiness_beside(sys::Fd socket, const state::Record& record,
                              const Environment& environment);

}  // namespace nosc::cli
