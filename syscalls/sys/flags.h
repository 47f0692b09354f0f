// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace sys {

// Which members of a family another family takes without a word, because the kernel's own call
// takes both (the AT_ flags of open_tree). The tables say where. A bit for each member.
template <typename From, typename To>
inline constexpr uint64_t kFlagsAccepted = 0;

// Flags of one family: a type of its own, so that flags of different calls don't mix. kMembers has
// a bit for each flag of the family that the set may hold: what open takes and pipe2 does not can't
// go to pipe2, though both take O_CLOEXEC.
template <typename Tag, typename BitsType, uint64_t kMembers = ~uint64_t{0}>
class FlagSet {
 public:
  using Bits = BitsType;

  constexpr FlagSet() = default;
  // Implicit: a set that holds no more than this one may, or that the tables let pass.
  template <typename OtherTag, typename OtherBits, uint64_t kOther>
    requires(kFlagsAccepted<OtherTag, Tag> != 0 && (kOther & ~kFlagsAccepted<OtherTag, Tag>) == 0)
  [[gnu::always_inline]] constexpr FlagSet(FlagSet<OtherTag, OtherBits, kOther> other)
      : bits_(static_cast<Bits>(other.bits())) {}
  template <uint64_t kOther>
    requires(kOther != kMembers && (kOther & ~kMembers) == 0)
  [[gnu::always_inline]] constexpr FlagSet(FlagSet<Tag, Bits, kOther> other)
      : bits_(other.bits()) {}

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
  friend constexpr FlagSet<Tag, Bits> operator~(FlagSet a) {
    return FlagSet<Tag, Bits>::from_bits(static_cast<Bits>(~a.bits_));
  }
  friend constexpr bool operator==(FlagSet, FlagSet) = default;
  constexpr FlagSet& operator|=(FlagSet other) { return *this = *this | other; }
  constexpr FlagSet& operator&=(FlagSet other) { return *this = *this & other; }
  template <uint64_t kOther>
  constexpr FlagSet& operator&=(FlagSet<Tag, Bits, kOther> other) {
    return *this = from_bits(bits_ & other.bits());
  }

 private:
  Bits bits_ = 0;
};

// Sets of one family that may hold different members.
template <typename Tag, typename Bits, uint64_t kA, uint64_t kB>
  requires(kA != kB)
constexpr FlagSet<Tag, Bits, (kA | kB)> operator|(FlagSet<Tag, Bits, kA> a,
                                                  FlagSet<Tag, Bits, kB> b) {
  return FlagSet<Tag, Bits, (kA | kB)>::from_bits(a.bits() | b.bits());
}
template <typename Tag, typename Bits, uint64_t kA, uint64_t kB>
  requires(kA != kB)
constexpr FlagSet<Tag, Bits, (kA & kB)> operator&(FlagSet<Tag, Bits, kA> a,
                                                  FlagSet<Tag, Bits, kB> b) {
  return FlagSet<Tag, Bits, (kA & kB)>::from_bits(a.bits() & b.bits());
}
template <typename Tag, typename Bits, uint64_t kA, uint64_t kB>
  requires(kA != kB)
constexpr bool operator==(FlagSet<Tag, Bits, kA> a, FlagSet<Tag, Bits, kB> b) {
  return a.bits() == b.bits();
}

// One of several values of a family, where some calls take only some of them. kMembers has a bit
// for each value that it may be: IPC_RMID goes to every call that manages an object, SHM_LOCK to
// one.
template <typename Tag, typename BitsType, uint64_t kMembers = ~uint64_t{0}>
class OneOf {
 public:
  using Bits = BitsType;

  // Implicit: what is one of fewer.
  template <uint64_t kOther>
    requires(kOther != kMembers && (kOther & ~kMembers) == 0)
  [[gnu::always_inline]] constexpr OneOf(OneOf<Tag, Bits, kOther> other) : bits_(other.bits()) {}

  [[gnu::always_inline]] static constexpr OneOf from_bits(Bits bits) { return OneOf(bits); }

  [[gnu::always_inline]] constexpr Bits bits() const { return bits_; }

  friend constexpr bool operator==(OneOf, OneOf) = default;

 private:
  [[gnu::always_inline]] constexpr explicit OneOf(Bits bits) : bits_(bits) {}

  Bits bits_;
};

template <typename Tag, typename Bits, uint64_t kA, uint64_t kB>
  requires(kA != kB)
constexpr bool operator==(OneOf<Tag, Bits, kA> a, OneOf<Tag, Bits, kB> b) {
  return a.bits() == b.bits();
}

}  // namespace sys
