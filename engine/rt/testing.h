// SPDX-License-Identifier: Apache-2.0
#pragma once

// For hosted tests: what would end the program (error.h, step.h), as a value.

#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "engine/rt/error.h"
#include "engine/rt/step.h"
#include "engine/rt/writer.h"

namespace nosc {

namespace thrown {

// An error with its texts: they may lie on a stack that is about to be unwound.
class KeptError {
 public:
  explicit KeptError(const Error& failed) : error_(failed) {
    error_.object = {keep(failed.object), failed.object.size()};
    for (const char** text :
         {&error_.operation, &error_.place.pointer, &error_.place.tail, &error_.text}) {
      if (*text != nullptr) *text = keep(*text);
    }
  }
  KeptError(const KeptError&) = delete;
  KeptError& operator=(const KeptError&) = delete;

  const Error& error() const { return error_; }

 private:
  const char* keep(std::string_view text) { return texts_.emplace_back(text).c_str(); }

  Error error_;
  std::deque<std::string> texts_;
};

inline std::string worded(const Error& error) {
  BufferWriter<1024> writer;
  write_error(writer, error);
  return std::string(writer.view());
}

struct Failed : std::runtime_error {
  explicit Failed(const Error& failed)
      : std::runtime_error(worded(failed)), kept(std::make_shared<KeptError>(failed)) {}
  std::shared_ptr<const KeptError> kept;
};

struct StepFailed : std::runtime_error {
  explicit StepFailed(const Failure& failed)
      : std::runtime_error("step " + std::to_string(static_cast<int>(failed.step)) +
                           ", operation " + std::to_string(static_cast<int>(failed.operation)) +
                           ", errno " + std::to_string(failed.error)),
        failure(failed) {}
  Failure failure;
};

inline const bool kInstalled = [] {
  set_failure_handler([](const Error& error) { throw Failed(error); });
  set_step_failure_handler([](const Failure& failure) { throw StepFailed(failure); });
  return true;
}();

}  // namespace thrown

// What a function returned, or the error that it ended with.
template <class T>
class Outcome {
 public:
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  explicit Outcome(Value value) : value_(std::move(value)) {}
  explicit Outcome(std::shared_ptr<const thrown::KeptError> kept) : kept_(std::move(kept)) {}

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  Value& operator*() { return *value_; }
  const Value& operator*() const { return *value_; }
  Value* operator->() { return &*value_; }
  const Value* operator->() const { return &*value_; }
  Value value() && { return *std::move(value_); }
  const Error& error() const { return kept_->error(); }

 private:
  std::optional<Value> value_;
  std::shared_ptr<const thrown::KeptError> kept_;
};

template <class Call>
auto outcome_of(Call call) {
  using Result = Outcome<decltype(call())>;
  try {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return Result(std::monostate{});
    } else {
      return Result(call());
    }
  } catch (const thrown::Failed& failed) {
    return Result(failed.kept);
  }
}

// The step that a function ended with; none if it returned.
template <class Call>
Failure failure_of(Call call) {
  try {
    call();
    return {};
  } catch (const thrown::StepFailed& failed) {
    return failed.failure;
  }
}

}  // namespace nosc
