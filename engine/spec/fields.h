// SPDX-License-Identifier: Apache-2.0
#pragma once

// The shape of config.json as data: one table of fields per object (fields.cc). The interpreter in
// parse.cc is the only code that reads it, so that a new field is one row and no code.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace nosc::spec {

// What a field holds, and so which C++ type stands at its offset.
enum class Kind : uint8_t {
  kIgnored,         // known and of no meaning on Linux: nothing is stored or checked
  kUnsupported,     // listed in Config::unsupported unless empty; `detail` is its json::Type
  kBoolean,         // bool
  kString,          // std::string_view
  kUint32,          // uint32_t
  kUint64,          // uint64_t
  kInt32,           // int32_t
  kInt64,           // int64_t
  kOptionalUint32,  // std::optional<uint32_t>
  kOptionalInt32,   // std::optional<int32_t>
  kLimit,           // Limit; `detail` is a LimitRange
  kEnum,            // an enum of uint8_t; `detail` is its EnumId
  kObject,          // the struct itself; `detail` is its ObjectId
  kMap,             // std::span<const KeyValue>
  kNamedObjects,    // a std::span of structs that start with their name; `detail` is its ObjectId
};

// Which numbers a Limit may be.
enum class LimitRange : uint8_t { kInt64, kUint64, kUint32, kWeight, kBoolean };

enum FieldFlags : uint8_t {
  kPlain = 0,
  kRequired = 1,
  kArray = 2,     // a std::span of what the kind says
  kNonEmpty = 4,  // a string that mustn't be empty
  kAbsolute = 8,  // a string that starts with '/' unless it is empty
  kPresent = 16,  // of kUnsupported: an order even where it is empty
};

enum class ObjectId : uint8_t {
  kConfig,
  kRoot,
  kProcess,
  kConsoleSize,
  kUser,
  kCapabilities,
  kRlimit,
  kMount,
  kIdMapping,
  kNamespace,
  kLinux,
  kHooks,
  kHook,
  kResources,
  kMemory,
  kCpu,
  kPids,
  kBlockIo,
  kWeightDevice,
  kThrottleDevice,
  kHugepageLimit,
  kNetwork,
  kInterfacePriority,
  kRdma,
  kDeviceRule,
  kDevice,
  kSeccomp,
  kSeccompSyscall,
  kSeccompArgument,
  kScheduler,
  kIoPriority,
  kExecCpuAffinity,
  kPersonality,
  kClockOffset,
  kTimeOffsets,
};

enum class EnumId : uint8_t {
  kNamespaceType,
  kRootfsPropagation,
  kSeccompAction,
  kSeccompOperator,
  kSeccompArchitecture,
  kSeccompFlag,
  kSchedulerPolicy,
  kSchedulerFlag,
  kIoPriorityClass,
  kPersonalityDomain,
};

// What the interpreter needs of a field, but for its name.
struct Field {
  Kind kind;
  uint8_t flags;
  uint8_t detail;
  uint16_t offset;
};

struct Object {
  const char* names;    // of the fields, in their order, each ending in NUL
  const Field* fields;  // at most 32: the ones seen are kept in a word of bits
  uint8_t field_count;
  uint8_t alignment;
  bool has_present;  // the struct starts with `bool present`
  uint16_t size_bytes;
};

const Object& object_of(ObjectId id);

// Whether a property of an object is one that nosc applies.
bool is_supported(ObjectId id, std::string_view property);

// An enum's names, in the order of its values, each ending in NUL.
struct Names {
  const char* first;
  const char* prefix;  // what all of them begin with, left out in the list
  uint8_t count;
};

Names names_of(EnumId id);

// The name behind one in a list of names.
const char* next_name(const char* name);

}  // namespace nosc::spec
