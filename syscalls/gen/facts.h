// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/tables.h"

namespace syscalls_gen {

// What the kernel's headers say on one ABI. Keys: "nr NAME", "const NAME", "size STRUCT",
// "offset STRUCT.FIELD"; values are two's complement.
using Facts = std::map<std::string, uint64_t>;

// Where the headers are and who reads them.
struct HeaderSource {
  std::string clang;
  std::string root;          // holds include/ and lib/linux/uapi/
  std::string libc_include;  // flags for the libc's headers; empty: the compiler's own
};

// Asks a compiler for every number, constant, size and offset that the tables name.
absl::StatusOr<Facts> probe_headers(const HeaderSource& source, const Tables& tables,
                                    const Abi& abi);

// Asks for the numbers of an ABI that has no convention.
absl::StatusOr<Facts> probe_numbers(const HeaderSource& source, const NumberAbi& abi);

// Asks for the constants that only the libc's headers have.
absl::StatusOr<Facts> probe_libc(const HeaderSource& source, const Tables& tables);

// The text form of facts: one "KEY VALUE" per line under a comment.
std::string format_facts(const Facts& facts, std::string_view origin);
absl::StatusOr<Facts> parse_facts(std::string_view file, std::string_view text);

}  // namespace syscalls_gen
