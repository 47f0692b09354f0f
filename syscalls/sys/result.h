// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "syscalls/sys/errno.h"
#include "syscalls/sys/fd.h"
#include "syscalls/sys/flags.h"
#include "syscalls/sys/ids.h"

namespace sys {

// What close returns in place of nothing: a call that must not be made a second time, whatever its
// error (sys/retry.h).
struct Closed {};

namespace detail {

// The largest error number, and so the start of the range of results that are errors.
inline constexpr unsigned long kFirstError = static_cast<unsigned long>(-4095L);

// The result in a smaller type that it fits, of which the compiler learns that it does: what widens
// it again costs nothing.
template <typename T>
[[gnu::always_inline]] constexpr T fitting(long raw) {
  const T value = static_cast<T>(raw);
#if defined(__clang__)
  __builtin_assume(static_cast<long>(value) == raw);
#endif
  return value;
}

// True if a result that fits an int is an error, asked at the width that the ABI asks cheapest.
[[gnu::always_inline]] constexpr bool is_negative(long raw) {
  return static_cast<SignWord>(raw) < 0;
}

// How a result's type reads its register. Results that use the whole range of a long (addresses,
// positions) look for the error range; all others are errors if negative, which is cheaper to ask.
template <typename T>
struct ReturnKind {
  [[gnu::always_inline]] static constexpr bool is_error(long raw) {
    return static_cast<unsigned long>(raw) >= kFirstError;
  }
  [[gnu::always_inline]] static constexpr T value(long raw) { return static_cast<T>(raw); }
};
template <typename T>
struct ReturnKind<T*> {
  [[gnu::always_inline]] static constexpr bool is_error(long raw) {
    return static_cast<unsigned long>(raw) >= kFirstError;
  }
  [[gnu::always_inline]] static T* value(long raw) { return reinterpret_cast<T*>(raw); }
};
struct IntKind {
  [[gnu::always_inline]] static constexpr bool is_error(long raw) { return is_negative(raw); }
};
template <>
struct ReturnKind<void> : IntKind {
  [[gnu::always_inline]] static constexpr void value(long) {}
};
template <>
struct ReturnKind<Closed> : IntKind {
  [[gnu::always_inline]] static constexpr Closed value(long) { return {}; }
};
template <>
struct ReturnKind<int> : IntKind {
  [[gnu::always_inline]] static constexpr int value(long raw) { return fitting<int>(raw); }
};
template <>
struct ReturnKind<Pid> : IntKind {
  [[gnu::always_inline]] static constexpr Pid value(long raw) {
    return static_cast<Pid>(fitting<int>(raw));
  }
};
template <typename Tag, typename Bits>
struct ReturnKind<FlagSet<Tag, Bits>> : IntKind {
  [[gnu::always_inline]] static constexpr FlagSet<Tag, Bits> value(long raw) {
    return FlagSet<Tag, Bits>::from_bits(fitting<Bits>(raw));
  }
};
template <>
struct ReturnKind<size_t> {
  [[gnu::always_inline]] static constexpr bool is_error(long raw) { return raw < 0; }
  [[gnu::always_inline]] static constexpr size_t value(long raw) {
    return static_cast<size_t>(raw);
  }
};

}  // namespace detail

// What a call returns: a value or an error, in the one register that the kernel returned it in.
//
// Pre of value(), * and take(): ok(). Pre of error(): !ok().
template <typename T>
class [[nodiscard]] Result {
  using Kind = detail::ReturnKind<T>;

 public:
  [[gnu::always_inline]] static constexpr Result from_raw(long raw) { return Result(raw); }
  // Implicit: a failure is a result of any type.
  [[gnu::always_inline]] constexpr Result(Errno error) : raw_(error.negated()) {}

  [[gnu::always_inline]] constexpr bool ok() const { return !Kind::is_error(raw_); }
  [[gnu::always_inline]] constexpr explicit operator bool() const { return ok(); }
  [[gnu::always_inline]] constexpr T value() const { return Kind::value(raw_); }
  [[gnu::always_inline]] constexpr T operator*() const { return Kind::value(raw_); }
  [[gnu::always_inline]] constexpr Errno error() const {
    return Errno::from_negated(detail::fitting<int>(raw_));
  }
  // True if the call failed with this error.
  [[gnu::always_inline]] constexpr bool failed_with(Errno error) const {
    return raw_ == error.negated();
  }
  // The value, or the negated error number: the kernel's own form.
  [[gnu::always_inline]] constexpr long raw() const { return raw_; }

 private:
  constexpr explicit Result(long raw) : raw_(raw) {}

  long raw_;
};

// A new descriptor or an error. Owns the descriptor until it is taken out.
template <>
class [[nodiscard]] [[SYSCALLS_TRIVIAL_ABI]] Result<Fd> {
 public:
  [[gnu::always_inline]] static constexpr Result from_raw(long raw) { return Result(raw); }
  // Implicit: a failure is a result of any type.
  [[gnu::always_inline]] constexpr Result(Errno error) : raw_(error.negated()) {}
  [[gnu::always_inline]] constexpr Result(Fd&& fd) : raw_(fd.release()) {}
  [[gnu::always_inline]] constexpr Result(Result&& other) noexcept : raw_(other.raw_) {
    other.raw_ = -1;
  }
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  Result& operator=(Result&& other) noexcept {
    const long taken = other.raw_;
    other.raw_ = -1;
    if (ok()) detail::close(static_cast<int>(raw_));
    raw_ = taken;
    return *this;
  }
  [[gnu::always_inline]] constexpr ~Result() {
    if (ok()) detail::close(static_cast<int>(raw_));
  }

  [[gnu::always_inline]] constexpr bool ok() const { return !detail::is_negative(raw_); }
  [[gnu::always_inline]] constexpr explicit operator bool() const { return ok(); }
  // Moves the descriptor out.
  [[gnu::always_inline]] constexpr Fd take() {
    const int raw = static_cast<int>(raw_);
    raw_ = -1;
#if defined(__clang__)
    __builtin_assume(raw >= 0);
#endif
    return Fd::adopt(raw);
  }
  [[gnu::always_inline]] constexpr Fd value() && { return take(); }
  [[gnu::always_inline]] constexpr Fd operator*() && { return take(); }
  // Lends the descriptor; the result goes on owning it.
  [[gnu::always_inline]] constexpr BorrowedFd value() const& { return borrow(); }
  [[gnu::always_inline]] constexpr BorrowedFd operator*() const& { return borrow(); }
  [[gnu::always_inline]] constexpr BorrowedFd borrow() const {
    return BorrowedFd::from_raw(static_cast<int>(raw_));
  }
  [[gnu::always_inline]] constexpr Errno error() const {
    return Errno::from_negated(detail::fitting<int>(raw_));
  }
  [[gnu::always_inline]] constexpr bool failed_with(Errno error) const {
    return raw_ == error.negated();
  }

 private:
  constexpr explicit Result(long raw) : raw_(raw) {}

  long raw_;
};

}  // namespace sys
