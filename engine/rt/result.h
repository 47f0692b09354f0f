// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "engine/rt/error.h"

namespace nosc {

// A value or an Error. The engine's counterpart of sys::Result, which holds only an errno: this one
// also says what was being done, to what, and where in config.json the wish came from.
template <class T>
class [[nodiscard]] Result {
 public:
  using Value = T;

  constexpr Result(T value) : value_(std::move(value)) {}
  constexpr Result(KeptError error) : error_(error.error) {}
  Result(const Error& error) : error_(keep_error(error).error) {}
  constexpr Result(Result&& other) : error_(other.error_) {
    if (ok()) std::construct_at(&value_, std::move(other.value_));
  }
  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;
  constexpr ~Result()
    requires std::is_trivially_destructible_v<T>
  = default;
  constexpr ~Result() {
    if (ok()) std::destroy_at(&value_);
  }

  constexpr bool ok() const { return error_ == nullptr; }
  constexpr explicit operator bool() const { return ok(); }
  // Pre: ok().
  constexpr T& operator*() & { return value_; }
  constexpr const T& operator*() const& { return value_; }
  constexpr T&& operator*() && { return std::move(value_); }
  constexpr T* operator->() { return &value_; }
  constexpr const T* operator->() const { return &value_; }
  constexpr T& value() & { return value_; }
  constexpr T&& value() && { return std::move(value_); }
  // Pre: !ok().
  constexpr const Error& error() const { return *error_; }
  constexpr KeptError kept() const { return {error_}; }

 private:
  // In an unnamed union, so that it is made and destroyed only where there is a value.
  union {
    T value_;  // NOLINT(readability-identifier-naming): its members belong to the class
  };
  const Error* error_ = nullptr;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using Value = void;

  constexpr Result() = default;
  constexpr Result(KeptError error) : error_(error.error) {}
  Result(const Error& error) : error_(keep_error(error).error) {}

  constexpr bool ok() const { return error_ == nullptr; }
  constexpr explicit operator bool() const { return ok(); }
  constexpr void value() const {}
  // Pre: !ok().
  constexpr const Error& error() const { return *error_; }
  constexpr KeptError kept() const { return {error_}; }

 private:
  const Error* error_ = nullptr;
};

}  // namespace nosc

// Yields the value of a Result, or returns its error from the calling function.
// Shape: a GNU statement expression, which both supported compilers know; the value is moved out.
#define TRY(expression)                                     \
  ({                                                        \
    auto&& try_result = (expression);                       \
    if (!try_result.ok()) return try_result.kept();         \
    std::forward<decltype(try_result)>(try_result).value(); \
  })

// Yields the value of a sys::Result, or returns the Error that names the operation and its object.
// Shape: TRY_SYS("mount", path, sys::mount(...)) or with a Place as a fourth argument.
#define TRY_SYS(operation, object, expression, ...)                               \
  ({                                                                              \
    auto&& try_result = (expression);                                             \
    if (!try_result.ok()) {                                                       \
      return ::nosc::system_error(operation, object,                              \
                                  try_result.error() __VA_OPT__(, ) __VA_ARGS__); \
    }                                                                             \
    std::forward<decltype(try_result)>(try_result).value();                       \
  })
