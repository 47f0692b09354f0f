// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/process.h"

namespace nosc::testing {

// Makes the calls that `kernel` lacks fail with ENOSYS in this process and all its descendants.
// Pre: called between fork and exec; CAP_SYS_ADMIN in the process's user namespace.
// Errors: false when the kernel refuses the filter.
bool install_kernel_filter(Kernel kernel);

}  // namespace nosc::testing
