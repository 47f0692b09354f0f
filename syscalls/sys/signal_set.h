// SPDX-License-Identifier: Apache-2.0
//
// Signals in the kernel's sets, whose words and size differ between ABIs.
#pragma once

#include <stddef.h>

#include "syscalls/signals.h"

namespace sys {

namespace detail {

inline constexpr unsigned kSignalsPerWord = sizeof(Sigset::bits[0]) * 8;
inline constexpr unsigned kSignalCount = sizeof(Sigset) * 8;

constexpr unsigned long signal_bit(Signal signal) {
  return 1UL << (static_cast<unsigned>(signal) - 1) % kSignalsPerWord;
}

constexpr unsigned signal_word(Signal signal) {
  return (static_cast<unsigned>(signal) - 1) / kSignalsPerWord;
}

}  // namespace detail

// Pre of all: the signal is one, from 1 to the set's size in bits (64; 128 on mips).
constexpr void add_signal(Sigset& set, Signal signal) {
  set.bits[detail::signal_word(signal)] |= detail::signal_bit(signal);
}

constexpr void remove_signal(Sigset& set, Signal signal) {
  set.bits[detail::signal_word(signal)] &= ~detail::signal_bit(signal);
}

constexpr bool has_signal(const Sigset& set, Signal signal) {
  return (set.bits[detail::signal_word(signal)] & detail::signal_bit(signal)) != 0;
}

// The set of these: signals_of(kSIGTERM, kSIGCHLD).
template <typename... Signals>
constexpr Sigset signals_of(Signals... signals) {
  Sigset set{};
  (add_signal(set, signals), ...);
  return set;
}

constexpr Sigset all_signals() {
  Sigset set{};
  for (unsigned long& word : set.bits) word = ~0UL;
  return set;
}

}  // namespace sys
