// SPDX-License-Identifier: Apache-2.0
//
// System calls of this ABI as text, in the manner of strace:
//
//   openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3
//   close(7) = -1 EBADF
//
// Numbers may be anything at all: what no table knows is a number. Memory is read through the
// caller's function, and what it can't read is an address. Nothing is allocated; text that does not
// fit is cut off.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "syscalls/constants.h"
#include "syscalls/decode_data.h"
#include "syscalls/errno.h"

namespace sys {

// A call as the kernel gets it.
struct RawCall {
  long number;
  unsigned long arguments[6];
};

// Memory that arguments point to: copies what can be read of it, returns how many bytes that were.
struct CallMemory {
  size_t (*read)(void* context, uint64_t address, void* to, size_t size_bytes) = nullptr;
  void* context = nullptr;
};

// Text with an end: what is too much is left out.
class TextBuffer {
 public:
  constexpr TextBuffer(char* text, size_t size_bytes) : text_(text), room_(size_bytes) {}

  constexpr void add(char c) {
    if (size_ < room_) text_[size_++] = c;
  }
  constexpr void add(const char* text) {
    for (; *text != '\0'; ++text) add(*text);
  }
  constexpr void add_number(uint64_t value, unsigned base) {
    char digits[24] = {};
    size_t start = sizeof(digits);
    do {
      digits[--start] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    for (; start < sizeof(digits); ++start) add(digits[start]);
  }
  constexpr void add_signed(int64_t value) {
    if (value < 0) add('-');
    add_number(value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value), 10);
  }
  constexpr void add_hex(uint64_t value) {
    add("0x");
    add_number(value, 16);
  }
  constexpr size_t size() const { return size_; }

 private:
  char* text_;
  size_t room_;
  size_t size_ = 0;
};

namespace detail {

// What strings and memory are cut off at.
inline constexpr size_t kMostBytes = 32;

inline void add_byte(TextBuffer& out, unsigned char byte, bool digit_follows) {
  constexpr char kEscapes[] = "\"\"\\\\\nn\tt\rr\vv\ff";
  for (size_t i = 0; i + 1 < sizeof(kEscapes); i += 2) {
    if (byte == static_cast<unsigned char>(kEscapes[i])) {
      out.add('\\');
      out.add(kEscapes[i + 1]);
      return;
    }
  }
  if (byte >= ' ' && byte < 0x7f) {
    out.add(static_cast<char>(byte));
    return;
  }
  out.add('\\');
  if (digit_follows && byte < 0100) out.add('0');
  if (digit_follows && byte < 010) out.add('0');
  out.add_number(byte, 8);
}

// A string up to its NUL, or memory of a known size.
inline void add_memory(TextBuffer& out, const CallMemory& memory, uint64_t address, size_t size,
                       bool is_string) {
  unsigned char bytes[kMostBytes + 1];
  const size_t wanted = size < sizeof(bytes) ? size : sizeof(bytes);
  const size_t got = memory.read == nullptr || address == 0
                         ? 0
                         : memory.read(memory.context, address, bytes, wanted);
  if (address == 0) return out.add("NULL");
  if (got > sizeof(bytes) || (got == 0 && size != 0)) return out.add_hex(address);
  size_t length = 0;
  while (length < got && !(is_string && bytes[length] == '\0')) ++length;
  const bool is_whole = is_string ? length < got : size <= kMostBytes;
  const size_t shown = length < kMostBytes ? length : kMostBytes;
  out.add('"');
  for (size_t i = 0; i < shown; ++i) {
    const bool digit_follows = i + 1 < shown && bytes[i + 1] >= '0' && bytes[i + 1] <= '9';
    add_byte(out, bytes[i], digit_follows);
  }
  out.add(is_whole ? "\"" : "\"...");
}

// Strings that a list of pointers names, up to its null pointer.
inline void add_strings(TextBuffer& out, const CallMemory& memory, uint64_t address) {
  if (address == 0) return out.add("NULL");
  for (size_t i = 0;; ++i) {
    unsigned long string = 0;
    const bool is_read =
        memory.read != nullptr && memory.read(memory.context, address + i * sizeof(string), &string,
                                              sizeof(string)) == sizeof(string);
    if (!is_read && i == 0) return out.add_hex(address);
    if (i == 0) out.add('[');
    if (is_read && string == 0) return out.add(']');
    if (i != 0) out.add(", ");
    if (!is_read || i == kMostBytes) return out.add("...]");
    add_memory(out, memory, string, kMostBytes + 1, true);
  }
}

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

inline void add_descriptor(TextBuffer& out, int fd) {
  if (fd == kAT_FDCWD.raw()) return out.add("AT_FDCWD");
  out.add_signed(fd);
}

inline void add_scalar(TextBuffer& out, decode_data::Role role, unsigned long value) {
  using decode_data::Role;
  if (role == Role::kInt) return out.add_signed(static_cast<int>(value));
  if (role == Role::kUnsigned) return out.add_number(static_cast<unsigned>(value), 10);
  if (role == Role::kLong) return out.add_signed(static_cast<long>(value));
  if (role == Role::kFd) return add_descriptor(out, static_cast<int>(value));
  if (role == Role::kMode || role == Role::kOptionalMode) {
    out.add('0');
    if (static_cast<unsigned>(value) != 0) out.add_number(static_cast<unsigned>(value), 8);
    return;
  }
  if (role == Role::kWord) return out.add_number(value, 10);
  if (value == 0) return out.add("NULL");
  out.add_hex(value);
}

inline uint64_t pair_of(unsigned long first, unsigned long second) {
  const uint64_t low = static_cast<uint32_t>(decode_data::kBigEndian ? second : first);
  const uint64_t high = static_cast<uint32_t>(decode_data::kBigEndian ? first : second);
  return high << 32 | low;
}

// The argument in the register at an index. filled: how many bytes a call has put into memory, or
// negative if it has not been made or has failed.
inline void add_argument(TextBuffer& out, const CallMemory& memory, const RawCall& call,
                         const decode_data::Parameter& parameter, size_t index, long filled) {
  using decode_data::Role;
  const unsigned long value = call.arguments[index];
  const unsigned long next = index < 5 ? call.arguments[index + 1] : 0;
  const decode_data::Family& family = decode_data::kFamilies[parameter.family];
  switch (parameter.role) {
    case Role::kFlags: return add_flags(out, family, value);
    case Role::kEnum: return add_enum(out, family, value);
    case Role::kString: return add_memory(out, memory, value, kMostBytes + 1, true);
    case Role::kStrings: return add_strings(out, memory, value);
    case Role::kBytes: return add_memory(out, memory, value, next, false);
    case Role::kFilled:
      if (filled < 0) return add_scalar(out, Role::kPointer, value);
      return add_memory(out, memory, value, static_cast<size_t>(filled), false);
    case Role::kPair: return out.add_signed(static_cast<int64_t>(pair_of(value, next)));
    default: return add_scalar(out, parameter.role, value);
  }
}

inline const decode_data::Call* find_call(long number) {
  for (const decode_data::Call& call : decode_data::kCalls) {
    if (call.number == number) return &call;
  }
  return nullptr;
}

}  // namespace detail

// Adds "name(argument, ...)". filled: what a call that has returned has put into its buffer, by its
// result; negative before it returns and where it failed.
inline void decode_call(TextBuffer& out, const RawCall& raw, const CallMemory& memory,
                        long filled = -1) {
  const decode_data::Call* const call = detail::find_call(raw.number);
  if (call == nullptr) {
    out.add("syscall_");
    out.add_hex(static_cast<unsigned long>(raw.number));
    out.add('(');
    for (size_t i = 0; i < 6; ++i) {
      if (i != 0) out.add(", ");
      out.add_hex(raw.arguments[i]);
    }
    return out.add(')');
  }
  out.add(call->name);
  out.add('(');
  for (size_t i = 0; i < call->count && i < 6; ++i) {
    const decode_data::Parameter& parameter = decode_data::kParameters[call->first + i];
    if (parameter.role == decode_data::Role::kPadding) continue;
    if (parameter.role == decode_data::Role::kOptionalMode && raw.arguments[i] == 0) continue;
    if (i != 0) out.add(", ");
    detail::add_argument(out, memory, raw, parameter, i, filled);
  }
  out.add(')');
}

// Adds " = RESULT", with the error's name where it is one.
inline void decode_result(TextBuffer& out, long number, long result) {
  constexpr long kMostErrors = 4095;
  out.add(" = ");
  if (result < 0 && result >= -kMostErrors) {
    out.add("-1 ");
    return out.add(errno_name(Errno::from_negated(static_cast<int>(result))));
  }
  const decode_data::Call* const call = detail::find_call(number);
  if (call != nullptr && call->returns_address) {
    return out.add_hex(static_cast<unsigned long>(result));
  }
  out.add_signed(result);
}

}  // namespace sys
