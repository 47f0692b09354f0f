// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/console/console.h"

namespace nosc::console {

// The signals that are blocked while a container is in the foreground, and read by the wait for it.
sys::Sigset held_signals();

}  // namespace nosc::console
