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
  kNothing,     // a request that takes no argument
  kCloneFlags,  // with a signal in the low byte
  kOneOf,       // a name, or a number
  kText,        // characters in a struct
  kFileMode,    // type and permissions
  kSigset,      // a pointer to one, or one in a struct
  kSigsetOut,   // a pointer to one that is filled
  kInts,        // a pointer to integers that are filled
  kStructIn,    // a pointer to a struct that is read, or one in a struct
  kStructOut,   // a pointer to a struct that is filled
  kStructs,     // a pointer to several; the next register is their number
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

// The member of a struct; what family is depends on the role.
struct Field {
  const char* name;
  uint16_t offset;
  uint16_t size;
  Role role;
  uint16_t family;
};

struct Struct {
  uint16_t first;  // of its fields
  uint16_t count;
  uint16_t size;
};

// What the argument behind a request is.
struct Request {
  uint32_t value;
  Role role;
  uint16_t family;
};

// What family is, by the role: an index of kFamilies or kStructs, or how many integers.
struct Parameter {
  const char* name;
  Role role;
  uint16_t family;
};

struct Call {
  int number;
  uint16_t first;  // of its parameters
  uint8_t count;
  uint16_t first_request;
  uint8_t request_count;
  bool returns_address;
  const char* name;
};

}  // namespace sys::decode_data
