// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "syscalls/gen/source.h"

namespace syscalls_gen {

// Names of the vDSO's functions: by function, then by ABI.
using VdsoSymbols = std::map<std::string, std::map<std::string, std::string>>;

// Reads vdso.tbl.
absl::StatusOr<VdsoSymbols> parse_vdso(std::string_view file, std::string_view text);

}  // namespace syscalls_gen
