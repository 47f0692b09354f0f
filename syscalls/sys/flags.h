// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace sys {

// Which members of a family another family takes without a word, because the kernel's own call
// takes both (the AT_ flags of open_tree). The tables say where. A bit for each member.
template <typename From, typename To>
inline constexpr uint64_t kFlagsAccepted = 0;

namespace detail {

// Whatever members a set may hold, it is its bits. What doesn't ask for the members is here and in
// functions beside the classes: most constants are types of their own, and each costs the compiler
// what its class declares.
template <typename BitsType>
class FlagBits {
 public:
  using Bits = BitsType;

  [[gnu::always_inline]] constexpr Bits bits() const { return bits_; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr explicit operator bool() const { return bits_ != 0; }

 protected:
  constexpr FlagBits() = default;
  [[gnu::always_inline]] constexpr explicit FlagBits(Bits bits) : bits_(bits) {}

 private:
  Bits bits_ = 0;
};

// A type that an argument doesn't tell, so that it is converted to it.
template <typename T>
struct Given {
  using Type = T;
};

}  // namespace detail

// Flags of one family: a type of its own, so that flags of different calls don't mix. kMembers has
// a bit for each flag of the family that the set may hold: what open takes and pipe2 does not can't
// go to pipe2, though both take O_CLOEXEC.
template <typename Tag, typename BitsType, uint64_t kMembers = ~uint64_t{0}>
class FlagSet : public detail::FlagBits<BitsType> {
 public:
  using Bits = BitsType;

  constexpr FlagSet() = default;
  // Implicit: a set that holds no more than this one may, or that the tables let pass.
  template <typename OtherTag, typename OtherBits, uint64_t kOther>
    requires(kFlagsAccepted<OtherTag, Tag> != 0 && (kOther & ~kFlagsAccepted<OtherTag, Tag>) == 0)
  [[gnu::always_inline]] constexpr FlagSet(FlagSet<OtherTag, OtherBits, kOther> other)
      : detail::FlagBits<Bits>(static_cast<Bits>(other.bits())) {}
  template <uint64_t kOther>
    requires(kOther != kMembers && (kOther & ~kMembers) == 0)
  [[gnu::always_inline]] constexpr FlagSet(FlagSet<Tag, Bits, kOther> other)
      : detail::FlagBits<Bits>(other.bits()) {}

  [[gnu::always_inline]] static constexpr FlagSet from_bits(Bits bits) {
    return FlagSet(bits, nullptr);
  }

  // True if every flag of other is set.
  [[gnu::always_inline]] constexpr bool has(FlagSet other) const {
    return (this->bits() & other.bits()) == other.bits();
  }

 private:
  [[gnu::always_inline]] constexpr FlagSet(Bits bits, decltype(nullptr))
      : detail::FlagBits<Bits>(bits) {}
};

// Sets of one family, which may hold different members.
template <typename Tag, typename Bits, uint64_t kA, uint64_t kB>
constexpr FlagSet<Tag, Bits, (kA | kB)> operator|(FlagSet<Tag, Bits, kA> a,
                                                  FlagSet<Tag, Bits, kB> b) {
  return FlagSet<Tag, Bits, (kA | kB)>::from_bits(a.bits() | b.bits());
}
template <typename Tag, typename Bits, uint64_t kA, uint64_t kB>
constexpr FlagSet<Tag, Bits, (kA & kB)> operator&(FlagSet<Tag, Bits, kA> a,
                                                  FlagSet<Tag, Bits, kB> b) {
  return FlagSet<Tag, Bits, (kA & kB)>::from_bits(a.bits() & b.bits());
}
template <typename Tag, typename Bits, uint64_t kA, uint64_t kB>
constexpr FlagSet<Tag, Bits, (kA | kB)> operator^(FlagSet<Tag, Bits, kA> a,
                                                  FlagSet<Tag, Bits, kB> b) {
  return FlagSet<Tag, Bits, (kA | kB)>::from_bits(a.bits() ^ b.bits());
}
template <typename Tag, typename Bits, uint64_t kA, uint64_t kB>
constexpr bool operator==(FlagSet<Tag, Bits, kA> a, FlagSet<Tag, Bits, kB> b) {
  return a.bits() == b.bits();
}
template <typename Tag, typename Bits, uint64_t kMembers>
constexpr FlagSet<Tag, Bits> operator~(FlagSet<Tag, Bits, kMembers> a) {
  return FlagSet<Tag, Bits>::from_bits(static_cast<Bits>(~a.bits()));
}

// A set and one of a family that the tables let pass.
template <typename Tag, typename Bits, uint64_t kMembers, typename OtherTag, typename OtherBits,
          uint64_t kOther>
  requires(kFlagsAccepted<OtherTag, Tag> != 0 && (kOther & ~kFlagsAccepted<OtherTag, Tag>) == 0)
constexpr auto operator|(FlagSet<Tag, Bits, kMembers> a, FlagSet<OtherTag, OtherBits, kOther> b) {
  return a | FlagSet<Tag, Bits, kMembers>(b);
}
template <typename Tag, typename Bits, uint64_t kMembers, typename OtherTag, typename OtherBits,
          uint64_t kOther>
  requires(kFlagsAccepted<Tag, OtherTag> != 0 && (kMembers & ~kFlagsAccepted<Tag, OtherTag>) == 0)
constexpr auto operator|(FlagSet<Tag, Bits, kMembers> a, FlagSet<OtherTag, OtherBits, kOther> b) {
  return FlagSet<OtherTag, OtherBits, kOther>(a) | b;
}

template <typename Tag, typename Bits, uint64_t kMembers>
constexpr FlagSet<Tag, Bits, kMembers>& operator|=(
    FlagSet<Tag, Bits, kMembers>& a, typename detail::Given<FlagSet<Tag, Bits, kMembers>>::Type b) {
  return a = a | b;
}
// What is taken out of a set, or kept of it, may be any of the family's.
template <typename Tag, typename Bits, uint64_t kMembers, uint64_t kOther>
constexpr FlagSet<Tag, Bits, kMembers>& operator&=(FlagSet<Tag, Bits, kMembers>& a,
                                                   FlagSet<Tag, Bits, kOther> b) {
  return a = FlagSet<Tag, Bits, kMembers>::from_bits(a.bits() & b.bits());
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

 private:
  [[gnu::always_inline]] constexpr explicit OneOf(Bits bits) : bits_(bits) {}

  Bits bits_;
};

template <typename Tag, typename Bits, uint64_t kA, uint64_t kB>
constexpr bool operator==(OneOf<Tag, Bits, kA> a, OneOf<Tag, Bits, kB> b) {
  return a.bits() == b.bits();
}

}  // namespace sys
