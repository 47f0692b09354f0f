// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/argument_types.h"
#include "syscalls/gen/facts.h"
#include "syscalls/gen/tables.h"

namespace syscalls_gen {

// Generated files by path below the output folder.
using Files = std::map<std::string, std::string>;

// Generates every header from the tables.
absl::StatusOr<Files> generate(const Tables& tables);

// The parts of generate(), each in a file of its own.

// One system call as C++ statements that leave it in `long result`; indented by two.
std::string emit_instruction(const Abi& abi, const std::string& number,
                             const std::vector<Operand>& operands, bool returns);
// ABI/abi.h: the calls that the hand-written types need, and the untyped ones.
std::string emit_abi(const Tables& tables, const Abi& abi);
// ABI/numbers.h, ABI/errno_messages.h and ABI/errno.h.
std::string emit_numbers(const Tables& tables, const Abi& abi);
std::string emit_error_messages(const Tables& tables, const Abi& abi);
std::string emit_errors(const Tables& tables, const Abi& abi);
// ABI/constants/HOME.h and ABI/types/HOME.h for each home (see homes.h), and ABI/constants.h and
// ABI/types.h, which include them all.
absl::Status emit_types(const Tables& tables, const Abi& abi, Files& files);
// The line that includes one of those.
std::string include_part(const Abi& abi, std::string_view part, std::string_view home);
// ABI/decode_data.h.
absl::StatusOr<std::string> emit_decode_data(const Tables& tables, const Abi& abi);
// ABI/vdso_names.h.
std::string emit_vdso_names(const Tables& tables, const Abi& abi);
// ABI/TOPIC.h.
absl::StatusOr<std::string> emit_topic(const Tables& tables, const Abi& abi,
                                       const std::string& topic);
// ABI/portable.h.
absl::StatusOr<std::string> emit_portable(const Tables& tables, const Abi& abi);
// names_data.h, which has the names and numbers of all ABIs.
std::string emit_name_data(const Tables& tables);
// NAME.h, which includes ABI/NAME.h for the ABI that is compiled for.
std::string emit_dispatch(const Tables& tables, const std::string& name);

// A source that compiles only if the generated headers agree with the facts, ABI by ABI.
std::string emit_checks(const Tables& tables, const std::map<std::string, Facts>& facts);
// A hosted source that compares what only the libc's headers have.
std::string emit_libc_checks(const Tables& tables);

// What a test of the generated code needs, for one ABI.
struct Codegen {
  std::string source;  // one function around each call
  // A line per function: NAME, how it ends (returns, returns_bare for 32 bits without a Result,
  // ends for noreturn), and a word for each register of the call, in order: value, wide (an int
  // that fills the register), extended (a family's 32 bits that do) or constant.
  std::string counts;
};
absl::StatusOr<Codegen> emit_codegen(const Tables& tables, const Abi& abi);

// "// SPDX... #pragma once", with what the file was generated from.
std::string file_head(const std::string& sources);
// Parameters of a call with their defaults, and the same without.
std::string parameter_list(const std::vector<ExpandedArgument>& arguments, bool with_fallbacks);
// "HEAD(PARAMETERS) {", broken where it is longer than a line.
std::string wrap_signature(const std::string& head, const std::string& parameters);
// Comment of a call: what it does, since when, and where its manual is.
std::string call_comment(const Call& call);
// True if the call exists on the ABI.
bool call_exists(const Tables& tables, const Abi& abi, const Call& call);

}  // namespace syscalls_gen
