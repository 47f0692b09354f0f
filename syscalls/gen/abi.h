// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "syscalls/gen/source.h"

namespace syscalls_gen {

// How an ABI tells a call's error from its value.
enum class ErrorConvention {
  kNegative,      // the result is -4095..-1
  kFlagRegister,  // a register is non-zero and the result positive
  kInstruction,   // the instruction's own tail has made the result negative
};

// Where the kernel's source lists an ABI's calls, and which rows of that list are the ABI's.
struct KernelTable {
  std::string path;  // empty: not known
  std::set<std::string> tags;
};

// A register convention: one file of syscalls/abi/.
struct Abi {
  std::string name;
  std::vector<std::string> kin;  // names of groups that it belongs to, for tables
  std::string match;             // preprocessor condition that holds on this ABI alone
  std::string target;            // clang's --target
  std::string headers;           // directory of the kernel's uapi headers
  std::string unistd;            // header there that holds the numbers
  std::string numbers;           // whose file of numbers it shares; empty: its own
  KernelTable kernel_table;
  int word_bits = 0;
  bool big_endian = false;
  bool aligned_pairs = false;  // a split 64-bit argument begins at an even register
  std::string instruction;
  std::string number_register;
  std::string number_saved_in;  // where the number's register is a frame pointer: kept here
  std::string number_saved_when;
  std::vector<std::string> arguments;
  std::vector<std::string> narrow_arguments;  // names for 32-bit operands, where they differ
  std::string stacked_argument;  // sixth argument's register, if it goes through the stack
  std::string stacked_before;
  std::string stacked_after;
  // From this argument on they go through the stack: spill_before puts them there out of their
  // registers, spill_after gives the room back. As many as arguments has: none does.
  size_t spilled_from = 0;
  std::string spill_before;
  std::string spill_after;
  std::string result_register;
  ErrorConvention error = ErrorConvention::kNegative;
  std::string flag_register;
  std::string restorer;           // returns from a signal's handler; empty: the kernel does
  std::string sign_type = "int";  // cheapest to ask for a small result's sign
  std::vector<std::string> clobbers;
  std::vector<std::string> clone_order;

  bool is_32_bit() const { return word_bits == 32; }
};

// An ABI of which the numbers alone are known: one row of abis.tbl.
struct NumberAbi {
  Location location;
  std::string name;
  std::string headers;         // as in Abi
  std::string unistd;          // as in Abi
  std::string compiler_flags;  // with which asm/unistd.h is read as this ABI's
  std::string text;
};

// Reads one convention file.
absl::StatusOr<Abi> parse_abi(std::string_view file, std::string_view text);

// Reads abis.tbl.
absl::StatusOr<std::vector<NumberAbi>> parse_number_abis(std::string_view file,
                                                         std::string_view text);

// True if the ABI is in a list such as "x86_64,i386", "64,!riscv64", "any_mips", "32" or "" (all).
bool abi_matches(const Abi& abi, std::string_view list);

}  // namespace syscalls_gen
