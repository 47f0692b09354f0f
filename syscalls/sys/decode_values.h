// SPDX-License-Identifier: Apache-2.0
//
// Numbers, flags and structs as text, for sys/decode.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "syscalls/constants.h"
#include "syscalls/decode_data.h"
#include "syscalls/sys/decode_text.h"

namespace sys {

namespace detail {

inline void add_flags(TextBuffer& out, const decode_data::Family& family, uint64_t bits) {
  const decode_data::Constant* const constants = decode_data::kConstants + family.first;
  uint64_t left = bits;
  bool is_first = true;
  const auto separate = [&] {
    if (!is_first) out.add('|');
    is_first = false;
  };
  for (unsigned i = 0; family.mask != 0 && i < family.count; ++i) {
    if (constants[i].bits != (bits & family.mask)) continue;
    separate();
    out.add(constants[i].name);
    left &= ~family.mask;
    break;
  }
  for (unsigned i = 0; i < family.count; ++i) {
    const uint64_t flag = constants[i].bits;
    const bool is_none = flag == 0 && bits == 0 && is_first;
    if (!is_none && (flag == 0 || (left & flag) != flag)) continue;
    separate();
    out.add(constants[i].name);
    left &= ~flag;
  }
  if (left == 0 && !is_first) return;
  separate();
  if (left == 0) return out.add('0');
  out.add_hex(left);
}

inline void add_enum(TextBuffer& out, const decode_data::Family& family, uint64_t value) {
  for (unsigned i = 0; i < family.count; ++i) {
    const decode_data::Constant& constant = decode_data::kConstants[family.first + i];
    // Tables keep negative ones in 64 bits, registers perhaps in 32.
    if (constant.bits == value || static_cast<uint32_t>(constant.bits) == value) {
      return out.add(constant.name);
    }
  }
  out.add_hex(value);
}

// The last signal that the kernel numbers on every ABI.
inline constexpr int kMostSignals = 64;

// The name of a signal below the real-time range; null if it has none.
inline const char* signal_name(int64_t signal) {
  const decode_data::Family& family = decode_data::kFamilies[decode_data::kSignalFamily];
  for (unsigned i = 0; i < family.count; ++i) {
    const decode_data::Constant& constant = decode_data::kConstants[family.first + i];
    if (constant.bits == static_cast<uint64_t>(signal)) return constant.name;
  }
  return nullptr;
}

// A signal of the real-time range without SIG: RTMIN, RT_2.
inline void add_real_time_signal(TextBuffer& out, int64_t signal) {
  if (signal == kSIGRTMIN) return out.add("RTMIN");
  out.add("RT_");
  out.add_signed(signal - kSIGRTMIN);
}

// SIGTERM, SIGRT_2; 0, which only asks, and what is no signal are numbers.
inline void add_signal(TextBuffer& out, int64_t signal) {
  if (const char* const name = signal_name(signal); name != nullptr) return out.add(name);
  if (signal < kSIGRTMIN || signal > kMostSignals) return out.add_signed(signal);
  out.add("SIG");
  add_real_time_signal(out, signal);
}

inline void add_descriptor(TextBuffer& out, int fd) {
  if (fd == kAT_FDCWD.raw()) return out.add("AT_FDCWD");
  out.add_signed(fd);
}

// A number of so many bytes; what lies above them does not count.
inline void add_scalar(TextBuffer& out, decode_data::Role role, uint64_t value,
                       unsigned size_bytes) {
  using decode_data::Role;
  const unsigned spare = size_bytes < 8 ? 64 - size_bytes * 8 : 0;
  const uint64_t bits = value << spare >> spare;
  const int64_t number = static_cast<int64_t>(value << spare) >> spare;
  if (role == Role::kInt || role == Role::kLong) return out.add_signed(number);
  if (role == Role::kUnsigned || role == Role::kWord) return out.add_number(bits, 10);
  if (role == Role::kFd) return add_descriptor(out, static_cast<int>(number));
  if (role == Role::kMode || role == Role::kOptionalMode) {
    out.add('0');
    if (bits != 0) out.add_number(bits, 8);
    return;
  }
  if (bits == 0) return out.add("NULL");
  out.add_hex(bits);
}

// Flags with the signal of a child's end in the low byte.
inline void add_clone_flags(TextBuffer& out, const decode_data::Family& family, uint64_t bits) {
  constexpr uint64_t kSignalBits = 0xff;
  if ((bits & ~kSignalBits) != 0 || (bits & kSignalBits) == 0) {
    add_flags(out, family, bits & ~kSignalBits);
  }
  if ((bits & kSignalBits) == 0) return;
  if ((bits & ~kSignalBits) != 0) out.add('|');
  add_signal(out, static_cast<int64_t>(bits & kSignalBits));
}

// A name, or else a number.
inline void add_one_of(TextBuffer& out, const decode_data::Family& family, uint64_t value) {
  for (unsigned i = 0; i < family.count; ++i) {
    const decode_data::Constant& constant = decode_data::kConstants[family.first + i];
    if (constant.bits == value) return out.add(constant.name);
  }
  out.add_number(value, 10);
}

// S_IFREG|0644
inline void add_file_mode(TextBuffer& out, const decode_data::Family& family, uint64_t value) {
  constexpr uint64_t kTypeBits = 0170000;
  for (unsigned i = 0; i < family.count && (value & kTypeBits) != 0; ++i) {
    const decode_data::Constant& constant = decode_data::kConstants[family.first + i];
    if (constant.bits != (value & kTypeBits)) continue;
    out.add(constant.name);
    out.add('|');
    value &= ~kTypeBits;
  }
  out.add('0');
  if (value != 0) out.add_number(value, 8);
}

// The signals of a set, as [INT TERM]; of one that holds most of them those that it lacks.
inline void add_signals(TextBuffer& out, uint64_t bits) {
  constexpr int kMost = 42;
  const bool is_inverse = __builtin_popcountll(bits) >= kMost;
  if (is_inverse) out.add('~');
  out.add('[');
  bool is_first = true;
  for (int signal = 1; signal <= kMostSignals; ++signal) {
    if ((bits >> (signal - 1) & 1) == static_cast<uint64_t>(is_inverse)) continue;
    if (!is_first) out.add(' ');
    is_first = false;
    if (const char* const name = signal_name(signal); name != nullptr) {
      out.add(name + 3);
    } else {
      add_real_time_signal(out, signal);
    }
  }
  out.add(']');
}

// A set's first 64 signals, from the words of the kernel.
inline uint64_t signals_in(const unsigned char* bytes) {
  unsigned long words[8 / sizeof(unsigned long)] = {};
  __builtin_memcpy(words, bytes, sizeof(words));
  uint64_t bits = 0;
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); ++i) {
    bits |= static_cast<uint64_t>(words[i]) << i * 32;
  }
  return bits;
}

inline bool read_all(const CallMemory& memory, uint64_t address, void* to, size_t size_bytes) {
  return memory.read != nullptr && address != 0 &&
         memory.read(memory.context, address, to, size_bytes) == size_bytes;
}

inline void add_address(TextBuffer& out, uint64_t address) {
  add_scalar(out, decode_data::Role::kPointer, address, sizeof(address));
}

inline void add_sigset(TextBuffer& out, const CallMemory& memory, uint64_t address) {
  unsigned char bytes[8];
  if (!read_all(memory, address, bytes, sizeof(bytes))) return add_address(out, address);
  add_signals(out, signals_in(bytes));
}

// [1, 2]
inline void add_ints(TextBuffer& out, const CallMemory& memory, size_t count, uint64_t address) {
  int numbers[2];
  if (!read_all(memory, address, numbers, count * sizeof(int))) return add_address(out, address);
  for (size_t i = 0; i < count; ++i) {
    out.add(i == 0 ? "[" : ", ");
    out.add_signed(numbers[i]);
  }
  out.add(']');
}

// What needs no memory but strings: a register or a field.
inline void add_value(TextBuffer& out, const CallMemory& memory, decode_data::Role role,
                      unsigned family, uint64_t value, unsigned size_bytes) {
  using decode_data::Role;
  switch (role) {
    case Role::kFlags: return add_flags(out, decode_data::kFamilies[family], value);
    case Role::kEnum:
      if (family == decode_data::kSignalFamily) {
        return add_signal(out,
                          size_bytes < 8 ? static_cast<int>(value) : static_cast<int64_t>(value));
      }
      return add_enum(out, decode_data::kFamilies[family], value);
    case Role::kCloneFlags: return add_clone_flags(out, decode_data::kFamilies[family], value);
    case Role::kFileMode: return add_file_mode(out, decode_data::kFamilies[family], value);
    case Role::kOneOf: return add_one_of(out, decode_data::kFamilies[family], value);
    case Role::kString: return add_path(out, memory, value);
    case Role::kStrings: return add_strings(out, memory, value);
    default: return add_scalar(out, role, value, size_bytes);
  }
}

// A field's bytes as a number.
inline uint64_t number_in(const unsigned char* bytes, size_t size_bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < size_bytes && i < sizeof(value); ++i) {
    const size_t at = decode_data::kBigEndian ? i : size_bytes - 1 - i;
    value = value << 8 | bytes[at];
  }
  return value;
}

inline void add_text(TextBuffer& out, const unsigned char* bytes, size_t size_bytes) {
  out.add('"');
  for (size_t i = 0; i < size_bytes && bytes[i] != '\0'; ++i) {
    const bool digit_follows = i + 1 < size_bytes && bytes[i + 1] >= '0' && bytes[i + 1] <= '9';
    add_byte(out, bytes[i], digit_follows);
  }
  out.add('"');
}

// {field=value, ...}: of structs with many fields, those that are not zero.
inline void add_fields(TextBuffer& out, const CallMemory& memory, const decode_data::Struct& type,
                       const unsigned char* bytes) {
  using decode_data::Role;
  constexpr unsigned kFew = 3;
  bool is_first = true;
  out.add('{');
  for (unsigned i = 0; i < type.count; ++i) {
    const decode_data::Field& field = decode_data::kFields[type.first + i];
    const unsigned char* const start = bytes + field.offset;
    bool is_zero = true;
    for (size_t at = 0; at < field.size; ++at) is_zero = is_zero && start[at] == 0;
    if (is_zero && i != 0 && type.count > kFew) continue;
    if (!is_first) out.add(", ");
    is_first = false;
    out.add(field.name);
    out.add('=');
    const uint64_t value = number_in(start, field.size);
    switch (field.role) {
      case Role::kText: add_text(out, start, field.size); break;
      case Role::kSigset: add_signals(out, signals_in(start)); break;
      case Role::kStructIn:
        add_fields(out, memory, decode_data::kStructs[field.family], start);
        break;
      case Role::kBytes: {
        const decode_data::Field& length = decode_data::kFields[type.first + i + 1];
        add_memory(out, memory, value, number_in(bytes + length.offset, length.size), false);
        break;
      }
      default: add_value(out, memory, field.role, field.family, value, field.size);
    }
  }
  out.add('}');
}

inline void add_struct(TextBuffer& out, const CallMemory& memory, unsigned index,
                       uint64_t address) {
  unsigned char bytes[512];
  const decode_data::Struct& type = decode_data::kStructs[index];
  if (type.size > sizeof(bytes) || !read_all(memory, address, bytes, type.size)) {
    return add_address(out, address);
  }
  add_fields(out, memory, type, bytes);
}

inline void add_structs(TextBuffer& out, const CallMemory& memory, unsigned index, uint64_t address,
                        uint64_t count) {
  unsigned char byte;
  if (count != 0 && !read_all(memory, address, &byte, 1)) return add_address(out, address);
  out.add('[');
  for (uint64_t i = 0; i < count; ++i) {
    if (i != 0) out.add(", ");
    if (i == kMostBytes) {
      out.add("...");
      break;
    }
    add_struct(out, memory, index, address + i * decode_data::kStructs[index].size);
  }
  out.add(']');
}

}  // namespace detail

}  // namespace sys
