// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/cli/container.h"
#include "engine/launch/parent.h"

namespace nosc::cli {

// Takes the id of a container by writing its record, after everything is checked that can be
// without an effect: the rules of terminals, a console socket that listens.
// Pre: `launch` is the container's, with its lifetime.
void begin_container(const Container& container, const CommandLine& line,
                     const Environment& environment, launch::Launch& launch);

}  // namespace nosc::cli
