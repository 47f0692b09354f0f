// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/source.h"

namespace syscalls_gen {

// One argument as the kernel declares it.
struct KernelArgument {
  std::string type;  // without "__user", blanks only between words: "const char *"
  std::string name;

  bool operator==(const KernelArgument&) const = default;
};

using KernelArguments = std::vector<KernelArgument>;

// What the kernel's source declares: signatures by ABI and name of the call.
using Signatures = std::map<std::string, std::map<std::string, KernelArguments>>;

// An entry point that a source file defines with SYSCALL_DEFINEn or one of its like.
struct EntryPoint {
  std::string name;
  KernelArguments arguments;
};

// The entry points of one source file, in its order.
std::vector<EntryPoint> find_entry_points(std::string_view text);

// A type as it is compared: "const char __user*" becomes "const char *".
std::string plain_type(std::string_view type);

// How the kernel takes an argument, as far as registers are concerned.
enum class ArgumentClass {
  kNarrow,   // 32 bits, whatever stands in the register's upper half
  kWord,     // a long
  kWide,     // 64 bits, two registers of a 32-bit ABI
  kPointer,  // an address
};
ArgumentClass class_of(std::string_view kernel_type);

// The text form, one row per different signature of a name:
//   ABI,ABI NAME | TYPE ARGUMENT | TYPE ARGUMENT
std::string format_signatures(const Signatures& signatures, std::string_view origin);
absl::StatusOr<Signatures> parse_signatures(std::string_view file, std::string_view text);

}  // namespace syscalls_gen
