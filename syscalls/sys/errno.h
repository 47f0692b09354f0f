// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sys {

// An error number of the kernel, as the positive value that its documentation uses; zero is none.
//
// The negated value is what is kept, because that is what the kernel returns: an error travels
// from the call to the caller without an instruction spent on its sign.
class Errno {
 public:
  constexpr Errno() = default;
  constexpr explicit Errno(int value) : negated_(-value) {}

  // Takes the kernel's own form. Pre: -4095 <= negated <= 0.
  [[gnu::always_inline]] static constexpr Errno from_negated(int negated) {
    Errno error;
    error.negated_ = negated;
    return error;
  }

  [[gnu::always_inline]] constexpr int value() const { return -negated_; }
  [[gnu::always_inline]] constexpr int negated() const { return negated_; }

  // True if there is an error.
  constexpr explicit operator bool() const { return negated_ != 0; }

  friend constexpr bool operator==(Errno, Errno) = default;

 private:
  int negated_ = 0;
};

}  // namespace sys
