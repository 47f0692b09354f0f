// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/cli/container.h"
#include "engine/launch/parent.h"

namespace nosc::cli {

// Connects to where the terminal is to be sent, if it is.
// Errors: a terminal that nobody would relay, a socket for no terminal, one that nobody listens on.
sys::Fd connect_console(const Plan& plan, const CommandLine& line, launch::Lifetime lifetime);

// Connects to where the pidfd of the process is to be sent, if it is.
// Errors: a socket that nobody listens on.
sys::Fd connect_pidfd_socket(const CommandLine& line);

// Takes the id of a container by writing its record, after everything is checked that can be
// without an effect: the rules of terminals, a console socket that listens.
// Pre: `launch` is the container's, with its lifetime.
void begin_container(const Container& container, const CommandLine& line,
                     const Environment& environment, launch::Launch& launch);

// Tells of a process as the command line asks for: sends its pidfd and writes the file of its id.
// Shape: `pidfd_socket` is connect_pidfd_socket()'s.
void tell_process(const CommandLine& line, const launch::Init& process, sys::Fd pidfd_socket,
                  Arena& arena);

}  // namespace nosc::cli
