// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "syscalls/gen/tables.h"

namespace syscalls_gen {

// What an argument means and what its type lets through, on one line of Markdown.
std::string describe_argument(const Tables& tables, const Call& call, const Argument& argument);

// A list of what the call can end in: from what its arguments are, and from errors.tbl.
std::string describe_errors(const Tables& tables, const Call& call);

}  // namespace syscalls_gen
