// SPDX-License-Identifier: Apache-2.0
//
// System calls of this ABI as text, in the manner of strace:
//
//   openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3
//   close(7) = -1 EBADF (Bad file descriptor)
//   openat2(3, "etc", {flags=O_RDONLY|O_DIRECTORY, resolve=RESOLVE_IN_ROOT}, 24) = 4
//
// Numbers may be anything at all: what no table knows is a number. Memory is read through the
// caller's function, and what it can't read is an address. Nothing is allocated; text that does not
// fit is cut off.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "syscalls/decode_data.h"
#include "syscalls/errno.h"
#include "syscalls/errno_messages.h"
#include "syscalls/sys/decode_text.h"
#include "syscalls/sys/decode_values.h"

namespace sys {

// A call as the kernel gets it.
struct RawCall {
  long number;
  unsigned long arguments[6];
};

namespace detail {

inline uint64_t pair_of(unsigned long first, unsigned long second) {
  const uint64_t low = static_cast<uint32_t>(decode_data::kBigEndian ? second : first);
  const uint64_t high = static_cast<uint32_t>(decode_data::kBigEndian ? first : second);
  return high << 32 | low;
}

// The bytes of a register that count.
inline unsigned scalar_bytes(decode_data::Role role) {
  using decode_data::Role;
  const bool is_wide = role == Role::kLong || role == Role::kWord || role == Role::kPointer;
  return is_wide ? sizeof(long) : sizeof(int);
}

// What the argument behind a request is; null where nothing is known of it.
inline const decode_data::Request* find_request(const decode_data::Call& call,
                                                unsigned long request) {
  for (unsigned i = 0; i < call.request_count; ++i) {
    const decode_data::Request& one = decode_data::kRequests[call.first_request + i];
    if (one.value == static_cast<uint32_t>(request)) return &one;
  }
  return nullptr;
}

// True if neither this argument nor one behind it has a value.
inline bool are_zero(const RawCall& call, size_t index, size_t count) {
  unsigned long bits = 0;
  for (; index < count && index < 6; ++index) bits |= call.arguments[index];
  return bits == 0;
}

// What memory held when the call was made, and whether it has returned since.
struct Moment {
  const CallMemory& memory;
  long filled;
};

// The argument in the register at an index.
inline void add_argument(TextBuffer& out, const Moment& moment, const RawCall& call,
                         const decode_data::Parameter& parameter, size_t index) {
  using decode_data::Role;
  const unsigned long value = call.arguments[index];
  const unsigned long next = index < 5 ? call.arguments[index + 1] : 0;
  const CallMemory& memory = moment.memory;
  const bool is_filled = moment.filled >= 0;
  switch (parameter.role) {
    case Role::kBytes: return add_memory(out, memory, value, next, false);
    case Role::kFilled:
      if (!is_filled) break;
      return add_memory(out, memory, value, static_cast<size_t>(moment.filled), false);
    case Role::kPair: return out.add_signed(static_cast<int64_t>(pair_of(value, next)));
    case Role::kSigset: return add_sigset(out, memory, value);
    case Role::kSigsetOut:
      if (!is_filled) break;
      return add_sigset(out, memory, value);
    case Role::kStructs: return add_structs(out, memory, parameter.family, value, next);
    case Role::kStructIn: return add_struct(out, memory, parameter.family, value);
    case Role::kStructOut:
      if (!is_filled) break;
      return add_struct(out, memory, parameter.family, value);
    case Role::kInts:
      if (!is_filled) break;
      return add_ints(out, memory, parameter.family, value);
    default:
      return add_value(out, memory, parameter.role, parameter.family, value,
                       scalar_bytes(parameter.role));
  }
  add_scalar(out, Role::kPointer, value, sizeof(value));
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
  using decode_data::Role;
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
  const decode_data::Request* request = nullptr;
  bool is_told = false;  // what a request takes
  bool may_ask = true;   // the first value of several is the request
  for (size_t i = 0; i < call->count && i < 6; ++i) {
    decode_data::Parameter parameter = decode_data::kParameters[call->first + i];
    if (request != nullptr) parameter = {parameter.name, request->role, request->family};
    if (parameter.role == Role::kNothing) break;
    if (is_told && detail::are_zero(raw, i, call->count)) break;
    is_told = is_told || request != nullptr;
    request = parameter.role == Role::kEnum && may_ask
                  ? detail::find_request(*call, raw.arguments[i])
                  : nullptr;
    may_ask = may_ask && parameter.role != Role::kEnum;
    if (parameter.role == Role::kPadding) continue;
    if (parameter.role == Role::kOptionalMode && raw.arguments[i] == 0) continue;
    if (i != 0) out.add(", ");
    detail::add_argument(out, {memory, filled}, raw, parameter, i);
  }
  out.add(')');
}

// True if a call fills memory that its text shows once it has returned.
inline bool fills_memory(long number) {
  using decode_data::Role;
  const decode_data::Call* const call = detail::find_call(number);
  if (call == nullptr) return false;
  for (unsigned i = 0; i < call->count; ++i) {
    const Role role = decode_data::kParameters[call->first + i].role;
    if (role == Role::kSigsetOut || role == Role::kFilled || role == Role::kStructOut ||
        role == Role::kInts)
      return true;
  }
  for (unsigned i = 0; i < call->request_count; ++i) {
    if (decode_data::kRequests[call->first_request + i].role == Role::kStructOut) return true;
  }
  return false;
}

// Adds " = RESULT", with the error's name where it is one.
inline void decode_result(TextBuffer& out, long number, long result) {
  constexpr long kMostErrors = 4095;
  out.add(" = ");
  if (result < 0 && result >= -kMostErrors) {
    const Errno error = Errno::from_negated(static_cast<int>(result));
    out.add("-1 ");
    out.add(errno_name(error));
    out.add(" (");
    out.add(errno_message(error));
    return out.add(')');
  }
  const decode_data::Call* const call = detail::find_call(number);
  if (call != nullptr && call->returns_address) {
    return out.add_hex(static_cast<unsigned long>(result));
  }
  out.add_signed(result);
}

}  // namespace sys
