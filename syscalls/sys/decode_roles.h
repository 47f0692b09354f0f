// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

// The shape of ABI/decode_data.h, which sys/decode.h reads.
namespace sys::decode_data {

// What a register holds.
enum class Role : uint8_t {
  kInt,
  kUnsigned,
  kLong,
  kWord,     // unsigned, as wide as a register
  kPair,     // with the next register a number of 64 bits
  kPadding,  // nothing, or the second half of a pair
  kFd,
  kMode,
  kOptionalMode,  // at the end, and left out where it is 0
  kFlags,
  kEnum,
  kString,
  kStrings,  // pointers to strings, with a null one at the end
  kBytes,    // memory that is read; the next register is its size
  kFilled,   // memory that is filled; likewise
  kPointer,
};

struct Constant {
  uint64_t bits;
  const char* name;
};

// Constants that belong together; mask are the bits that hold one of several.
struct Family {
  uint16_t first;
  uint16_t count;
  uint64_t mask;
};

struct Parameter {
  const char* name;
  Role role;
  uint16_t family;
};

struct Call {
  int number;
  uint16_t first;  // of its parameters
  uint8_t count;
  bool returns_address;
  const char* name;
};

}  // namespace sys::decode_data
