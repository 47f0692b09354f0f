// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/abi.h"
#include "syscalls/gen/calls.h"
#include "syscalls/gen/documentation.h"
#include "syscalls/gen/flags.h"
#include "syscalls/gen/shown.h"
#include "syscalls/gen/structs.h"
#include "syscalls/gen/untyped.h"
#include "syscalls/gen/vdso.h"

namespace syscalls_gen {

// The numbers of one ABI, by name.
struct NumberTable {
  std::string abi;
  std::map<std::string, int> numbers;
};

// Everything that the tables say.
struct Tables {
  std::vector<Abi> abis;
  std::vector<NumberAbi> number_abis;
  std::map<std::string, NumberTable> numbers;  // by ABI
  std::vector<Call> calls;
  std::vector<UntypedCall> untyped;
  std::vector<PortableVerb> portable;
  FlagTable flags;
  FlagTable errors;
  std::vector<ErrorMessage> error_messages;
  std::vector<Shown> shown;
  std::vector<Topic> topics;  // in the order of the pages
  std::vector<Meaning> meanings;
  std::vector<CallErrors> call_errors;
  std::vector<Struct> structs;
  VdsoSymbols vdso;
};

// The numbers of an ABI that has a convention.
const std::map<std::string, int>& numbers_of(const Tables& tables, const Abi& abi);

// Reads numbers/ABI.tbl.
absl::StatusOr<NumberTable> parse_numbers(std::string_view file, std::string_view text);

// Reads table files, told apart by their names and folders, in the order of their names.
absl::Status load_unchecked(std::vector<std::string> paths, Tables& tables);

// Reads table files and checks them against each other.
absl::StatusOr<Tables> load_tables(const std::vector<std::string>& paths);

// Complains about names that nothing defines, twice defined numbers, ABIs without numbers.
absl::Status check_tables(const Tables& tables);

}  // namespace syscalls_gen
