// SPDX-License-Identifier: Apache-2.0
#pragma once

// What nosc has to say: a line on standard error, and with --log another one in a file, for a
// caller that reads it. Engines unmarshal the whole file as one JSON object, or take the last one
// of level "error": so an error is exactly one, and nothing else is written on a command that works
// but its warnings.

#include "engine/cli/command_line.h"
#include "engine/rt/error.h"

namespace nosc::cli {

// Opens the file of --log, if there is one; `line` outlives all logging.
// Errors: a file that can't be opened, a format that there isn't.
void open_log(const CommandLine& line);

// Words the error that ends the command.
// Shape: the log is opened here where the command line itself is what is wrong.
void log_error(const CommandLine& line, const Error& error);

// Words something that is left out or ignored.
void log_warning(const Error& warning);

}  // namespace nosc::cli
