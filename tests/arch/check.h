// SPDX-License-Identifier: Apache-2.0
//
// A test framework for programs without libc. A program is a list of named cases:
//
//   prog --case NAME    runs one; status 0 passed, 1 failed, 77 skipped, with a line that says why
//   prog --all cases    prints a line "+ NAME" for each, then runs them all; behind what each
//   prints
//                       stands a line "= NAME STATUS", with 128 and the signal's number for one
//                       that a signal ended
//
// A TEST_CASE has a process of its own, so that it may break that. A SHARED_CASE has one with its
// neighbours, and leaves it as it was: in an emulator a process is a copy of the emulator.
// Cases register themselves by a pointer in a linker section, since nothing runs before sys_main.
// runner.cc turns the cases of a program into cases of GoogleTest.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "syscalls/sys.h"

namespace check {

struct Case {
  const char* name;
  void (*run)();
  bool is_shared;
};

// What sys_main was given.
struct Program {
  int argc;
  char** argv;
  char** envp;
};
extern Program program;

// Where a check stands and what it says.
struct Site {
  const char* file;
  int line;
  const char* text;
};

// Ends the case as failed.
[[noreturn]] void fail(const Site& site);
// The same, with the two numbers that should be equal.
[[noreturn]] void fail_equal(const Site& site, uint64_t actual, uint64_t expected);
// The same, with the error that a call gave (0: it succeeded).
[[noreturn]] void fail_error(const Site& site, int actual, int expected);
// Ends the case as skipped.
[[noreturn]] void skip(const char* why);
// Ends the case as skipped, because a call gave that error.
[[noreturn]] void skip_error(const char* why, sys::Errno error);

// Equality of strings, which end with a NUL.
bool equal(const char* left, const char* right);

template <typename Result>
int error_of(const Result& result) {
  return result.ok() ? 0 : result.error().value();
}

// A number, or an enumerator or an id as its number.
template <typename Number>
constexpr uint64_t bits_of(Number number) {
  return static_cast<uint64_t>(number);
}

// The value of a result, which must be a success; a failure ends the case.
template <typename Result>
decltype(auto) value_of(Result&& result, const Site& site) {
  if (!result.ok()) {
    fail_error(site, result.error().value(), 0);
  }
  return static_cast<Result&&>(result).value();
}

}  // namespace check

#define CHECK_SITE(text) (check::Site{__FILE__, __LINE__, text})

#define TEST_CASE(case_name) CHECK_CASE(case_name, false)
#define SHARED_CASE(case_name) CHECK_CASE(case_name, true)

#define CHECK_CASE(case_name, is_shared)                                                      \
  static void case_name##_case();                                                             \
  static constexpr check::Case case_name##_entry = {#case_name, case_name##_case, is_shared}; \
  [[gnu::section("check_cases"), gnu::used,                                                   \
    gnu::retain]] static const check::Case* const case_name##_pointer = &case_name##_entry;   \
  static void case_name##_case()

#define CHECK(condition)                   \
  do {                                     \
    if (!(condition)) {                    \
      check::fail(CHECK_SITE(#condition)); \
    }                                      \
  } while (false)

#define CHECK_EQUAL(actual, expected)                                                        \
  do {                                                                                       \
    const uint64_t check_actual = check::bits_of(actual);                                    \
    const uint64_t check_expected = check::bits_of(expected);                                \
    if (check_actual != check_expected) {                                                    \
      check::fail_equal(CHECK_SITE(#actual " == " #expected), check_actual, check_expected); \
    }                                                                                        \
  } while (false)

// The value of a call that must succeed.
#define CHECK_VALUE(...) check::value_of((__VA_ARGS__), CHECK_SITE(#__VA_ARGS__))

// A call that must succeed and whose value doesn't matter.
#define CHECK_OK(...)                                              \
  do {                                                             \
    const int check_error = check::error_of(__VA_ARGS__);          \
    if (check_error != 0) {                                        \
      check::fail_error(CHECK_SITE(#__VA_ARGS__), check_error, 0); \
    }                                                              \
  } while (false)

// A call that must fail with that error.
#define CHECK_ERROR(expected, ...)                                                  \
  do {                                                                              \
    const int check_error = check::error_of(__VA_ARGS__);                           \
    if (check_error != (expected).value()) {                                        \
      check::fail_error(CHECK_SITE(#__VA_ARGS__), check_error, (expected).value()); \
    }                                                                               \
  } while (false)
