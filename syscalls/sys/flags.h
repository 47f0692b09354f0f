// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sys {

// True where a set of flags may be used as another one without a word, because the kernel's own
// family takes both (the AT_ flags of open_tree, the O_CLOEXEC of pipe2). The tables say where.
template <typename From, typename To>
inline constexpr bool kFlagsConvert = false;

// One family of flags: a type of its own, so that flags of different calls don't mix.
template <typename Tag, typename BitsType>
class FlagSet {
 public:
  using Bits = BitsType;

  constexpr FlagSet() = default;
  template <typename OtherTag, typename OtherBits>
    requires kFlagsConvert<OtherTag, Tag>
  // Implicit: the tables declare these conversions.
  [[gnu::always_inline]] constexpr FlagSet(FlagSet<OtherTag, OtherBits> other)
      : bits_(static_cast<Bits>(other.bits())) {}

  [[gnu::always_inline]] static constexpr FlagSet from_bits(Bits bits) {
    FlagSet flags;
    flags.bits_ = bits;
    return flags;
  }

  [[gnu::always_inline]] constexpr Bits bits() const { return bits_; }

  // True if every flag of other is set.
  [[gnu::always_inline]] constexpr bool has(FlagSet other) const {
    return (bits_ & other.bits_) == other.bits_;
  }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr explicit operator bool() const { return bits_ != 0; }

  friend constexpr FlagSet operator|(FlagSet a, FlagSet b) { return from_bits(a.bits_ | b.bits_); }
  friend constexpr FlagSet operator&(FlagSet a, FlagSet b) { return from_bits(a.bits_ & b.bits_); }
  friend constexpr FlagSet operator^(FlagSet a, FlagSet b) { return from_bits(a.bits_ ^ b.bits_); }
  friend constexpr FlagSet operator~(FlagSet a) { return from_bits(static_cast<Bits>(~a.bits_)); }
  friend constexpr bool operator==(FlagSet, FlagSet) = default;
  constexpr FlagSet& operator|=(FlagSet other) { return *this = *this | other; }
  constexpr FlagSet& operator&=(FlagSet other) { return *this = *this & other; }

 private:
  Bits bits_ = 0;
};

}  // namespace sys
