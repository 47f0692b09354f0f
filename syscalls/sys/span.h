// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace sys {

namespace detail {

template <typename Pointer>
struct Pointee;
template <typename T>
struct Pointee<T*> {
  using Type = T;
};

// Stands for a value where only its type is asked.
template <typename T>
T& some();

// The element type of anything contiguous: std::span, std::string_view, std::array, Span.
template <typename Range>
using ElementOf = typename Pointee<decltype(some<Range>().data())>::Type;

template <typename Range>
concept Contiguous = requires(Range& range) {
  sizeof(ElementOf<Range>);
  static_cast<size_t>(range.size());
};

template <typename T>
inline constexpr bool kIsConst = false;
template <typename T>
inline constexpr bool kIsConst<const T> = true;

// What may be looked at, and filled, as bytes: no owner of anything.
template <typename T>
concept PlainData = __is_trivially_copyable(T);

template <typename Range>
concept PlainRange = Contiguous<Range> && PlainData<ElementOf<Range>>;

template <typename Range>
concept MutablyContiguous =
    PlainRange<Range> && requires(Range& range, void*& pointer) { pointer = range.data(); };

template <typename From, typename To>
concept PointsTo = requires(From* from) { static_cast<To(*)[]>(static_cast<From(*)[]>(nullptr)); };

}  // namespace detail

// A pointer and a number of elements: one argument for the pairs that the kernel takes as two.
template <typename T>
class Span {
 public:
  constexpr Span() = default;
  [[gnu::always_inline]] constexpr Span(T* data, size_t size) : data_(data), size_(size) {}

  // Implicit: a view, as std::span is.
  template <size_t kSize>
  [[gnu::always_inline]] constexpr Span(T (&array)[kSize]) : data_(array), size_(kSize) {}
  template <detail::Contiguous Range>
    requires detail::PointsTo<detail::ElementOf<Range>, T>
  [[gnu::always_inline]] constexpr Span(Range& range) : data_(range.data()), size_(range.size()) {}
  template <detail::Contiguous Range>
    requires detail::PointsTo<detail::ElementOf<const Range>, T>
  [[gnu::always_inline]] constexpr Span(const Range& range)
      : data_(range.data()), size_(range.size()) {}

  [[gnu::always_inline]] constexpr T* data() const { return data_; }
  [[gnu::always_inline]] constexpr size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr T* begin() const { return data_; }
  constexpr T* end() const { return data_ + size_; }
  // Pre: index < size().
  constexpr T& operator[](size_t index) const { return data_[index]; }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
};

class MutableBytes;

// Memory that a call reads: a pointer and a number of bytes.
class Bytes {
 public:
  constexpr Bytes() = default;
  [[gnu::always_inline]] constexpr Bytes(const void* data, size_t size_bytes)
      : data_(data), size_bytes_(size_bytes) {}

  // Implicit: a view, as std::span is.
  template <detail::PlainRange Range>
  [[gnu::always_inline]] constexpr Bytes(const Range& range)
      : data_(range.data()), size_bytes_(range.size() * sizeof(detail::ElementOf<const Range>)) {}
  template <detail::PlainData T, size_t kSize>
  [[gnu::always_inline]] constexpr Bytes(T (&array)[kSize])
      : data_(array), size_bytes_(sizeof array) {}

  [[gnu::always_inline]] inline constexpr Bytes(MutableBytes bytes);

  // A literal would be written with its NUL: say text("...") to leave that out.
  template <size_t kSize>
  Bytes(const char (&literal)[kSize]) = delete;

  [[gnu::always_inline]] constexpr const void* data() const { return data_; }
  [[gnu::always_inline]] constexpr size_t size() const { return size_bytes_; }

 private:
  const void* data_ = nullptr;
  size_t size_bytes_ = 0;
};

// Memory that a call fills: a pointer and a number of bytes.
class MutableBytes {
 public:
  constexpr MutableBytes() = default;
  [[gnu::always_inline]] constexpr MutableBytes(void* data, size_t size_bytes)
      : data_(data), size_bytes_(size_bytes) {}

  // Implicit: a view, as std::span is.
  template <detail::MutablyContiguous Range>
  [[gnu::always_inline]] constexpr MutableBytes(Range& range)
      : data_(range.data()), size_bytes_(range.size() * sizeof(detail::ElementOf<Range>)) {}
  template <typename Range>
    requires detail::MutablyContiguous<const Range>
  [[gnu::always_inline]] constexpr MutableBytes(const Range& range)
      : data_(range.data()), size_bytes_(range.size() * sizeof(detail::ElementOf<const Range>)) {}
  template <detail::PlainData T, size_t kSize>
    requires(!detail::kIsConst<T>)
  [[gnu::always_inline]] constexpr MutableBytes(T (&array)[kSize])
      : data_(array), size_bytes_(sizeof array) {}

  [[gnu::always_inline]] constexpr void* data() const { return data_; }
  [[gnu::always_inline]] constexpr size_t size() const { return size_bytes_; }

 private:
  void* data_ = nullptr;
  size_t size_bytes_ = 0;
};

constexpr Bytes::Bytes(MutableBytes bytes) : data_(bytes.data()), size_bytes_(bytes.size()) {}

// The bytes of a string literal, without its NUL.
template <size_t kSize>
[[gnu::always_inline]] constexpr Bytes text(const char (&literal)[kSize]) {
  return Bytes(literal, kSize - 1);
}

// One struct as the bytes that a call reads: an address, an option's value.
template <detail::PlainData T>
[[gnu::always_inline]] inline Bytes bytes_of(const T& object) {
  return Bytes(&object, sizeof(object));
}

// One struct as the bytes that a call fills.
template <detail::PlainData T>
  requires(!detail::kIsConst<T>)
[[gnu::always_inline]] inline MutableBytes mutable_bytes_of(T& object) {
  return MutableBytes(&object, sizeof(object));
}

// An address as the 64-bit field that the kernel's extensible structs hold it in.
[[gnu::always_inline]] inline uint64_t address_of(const void* pointer) {
  return reinterpret_cast<uintptr_t>(pointer);
}

}  // namespace sys
