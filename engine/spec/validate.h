// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/rt/error.h"
#include "engine/spec/config.h"

namespace nosc::spec {

// Checks the rules that are about more than one value's type and range: the version, and what may
// be listed only once.
void validate(const Config& config);

// The same of the process alone.
void validate_process(const Process& process);

}  // namespace nosc::spec
