// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/cli/container.h"
#include "engine/launch/parent.h"

namespace nosc::cli {

// Connects to where the terminal is to be sent, if it is.
// Errors: a terminal that nobody would relay, a socket for no terminal, one that nobody listens on.
sys::Fd connect_console(const Plan& plan, const CommandLine& line, launch::Lifetime lifetime);

// Takes the id of a container by writing its record, after everything is checked that can be
// without an effect: the rules of terminals, a console socket that listens.
// Pre: `launch` is the container's, with its lifetime.
void begin_container(const Container& container, const CommandLine& line,
                     const Environment& environment, launch::Launch& launch);

// Writes the file of the first process's id, if the command line asks for one.
void write_pid_file(const CommandLine& line, const launch::Launch& launch);

}  // namespace nosc::cli
