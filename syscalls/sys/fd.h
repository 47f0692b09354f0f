// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "syscalls/abi.h"

// Lets a type with a destructor travel in a register; other compilers do without.
#if defined(__clang__)
#define SYSCALLS_TRIVIAL_ABI clang::trivial_abi
#else
#define SYSCALLS_TRIVIAL_ABI
#endif

namespace sys {

class Fd;

// A file descriptor that someone else closes. As cheap as the int that it is.
class BorrowedFd {
 public:
  [[gnu::always_inline]] static constexpr BorrowedFd from_raw(int raw) { return BorrowedFd(raw); }

  [[gnu::always_inline]] constexpr int raw() const { return raw_; }
  friend constexpr bool operator==(BorrowedFd, BorrowedFd) = default;

 private:
  constexpr explicit BorrowedFd(int raw) : raw_(raw) {}

  int raw_;
};

// A file descriptor that is closed when its owner goes. Move-only; empty after a move.
//
// The kernel has released the number even where close reports an error, so none is reported and
// nothing is tried again; a caller that must know of failed write-back calls fsync before.
class [[SYSCALLS_TRIVIAL_ABI]] Fd {
 public:
  constexpr Fd() = default;
  // Takes ownership of an open descriptor (or of -1: none).
  [[nodiscard, gnu::always_inline]] static constexpr Fd adopt(int raw) { return Fd(raw); }

  [[gnu::always_inline]] constexpr Fd(Fd&& other) noexcept : raw_(other.raw_) { other.raw_ = -1; }
  [[gnu::always_inline]] constexpr Fd& operator=(Fd&& other) noexcept {
    const int taken = other.release();
    reset();
    raw_ = taken;
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  [[gnu::always_inline]] constexpr ~Fd() {
    if (raw_ >= 0) detail::close(raw_);
  }

  // True if a descriptor is owned.
  [[gnu::always_inline]] constexpr explicit operator bool() const { return raw_ >= 0; }
  [[gnu::always_inline]] constexpr int raw() const { return raw_; }
  [[nodiscard, gnu::always_inline]] constexpr BorrowedFd borrow() const& {
    return BorrowedFd::from_raw(raw_);
  }
  // Implicit: lending is what owners are for.
  [[gnu::always_inline]] constexpr operator BorrowedFd() const& { return borrow(); }
  // A temporary would be closed before the borrower is done.
  BorrowedFd borrow() const&& = delete;
  operator BorrowedFd() const&& = delete;

  // Gives the descriptor away without closing it.
  [[nodiscard, gnu::always_inline]] constexpr int release() {
    const int raw = raw_;
    raw_ = -1;
    return raw;
  }
  // Closes now.
  [[gnu::always_inline]] constexpr void reset() {
    if (raw_ >= 0) detail::close(raw_);
    raw_ = -1;
  }

 private:
  constexpr explicit Fd(int raw) : raw_(raw) {}

  int raw_ = -1;
};

// Two descriptors that one call makes, in the kernel's order (a pipe's read end is the first).
struct FdPair {
  Fd first;
  Fd second;
};
static_assert(sizeof(FdPair) == 2 * sizeof(int), "the kernel writes two ints here");

}  // namespace sys
