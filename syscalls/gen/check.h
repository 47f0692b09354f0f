// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"
#include "syscalls/gen/tables.h"

namespace syscalls_gen {

// Parts of check_tables(): complain about the first row that is wrong.
absl::Status check_shown(const Tables& tables);
absl::Status check_error_messages(const Tables& tables);

}  // namespace syscalls_gen
