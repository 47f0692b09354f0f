// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

namespace sys {

// A pointer to characters that are known to end in NUL: what the kernel expects of a path or name.
//
// A string literal converts by itself; anything else says where its proof comes from.
class CStr {
 public:
  // Implicit: a literal carries its own proof.
  template <size_t kSize>
  consteval CStr(const char (&literal)[kSize]) : text_(literal) {
    static_assert(kSize > 0);
    if (literal[kSize - 1] != '\0') this_array_is_not_a_terminated_string();
  }

  // Pre: text points to characters that end in NUL and outlive the CStr.
  [[gnu::always_inline]] static constexpr CStr from_terminated(const char* text) {
    return CStr(Terminated{text});
  }

  [[gnu::always_inline]] constexpr const char* c_str() const { return text_; }

 private:
  struct Terminated {
    const char* text;
  };
  // Not constexpr: to call it while compiling is the error message.
  static void this_array_is_not_a_terminated_string();

  constexpr explicit CStr(Terminated terminated) : text_(terminated.text) {}

  const char* text_;
};

// A CStr or nothing (the null pointer), for the arguments that may be absent.
class OptionalCStr {
 public:
  // Implicit: it stands for both of its alternatives.
  constexpr OptionalCStr(decltype(nullptr)) {}
  [[gnu::always_inline]] constexpr OptionalCStr(CStr text) : text_(text.c_str()) {}
  template <size_t kSize>
  consteval OptionalCStr(const char (&literal)[kSize]) : text_(CStr(literal).c_str()) {}

  [[gnu::always_inline]] constexpr const char* c_str() const { return text_; }
  constexpr explicit operator bool() const { return text_ != nullptr; }

 private:
  const char* text_ = nullptr;
};

}  // namespace sys
