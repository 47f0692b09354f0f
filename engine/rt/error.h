// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "engine/rt/place.h"
#include "syscalls/sys/errno.h"
#include "syscalls/sys/result.h"

namespace nosc {

class Writer;

inline constexpr Place kNoPlace;

// What kind of failure it is: decides the exit status, never the wording.
enum class ErrorCode : uint8_t {
  kSystem,         // the kernel refused; `cause` says why
  kSyntax,         // the text isn't JSON; `line` and `column` say where
  kInvalid,        // well formed, but wrong: a type, a range, a contradiction
  kUnsupported,    // right, but not supported yet
  kUsage,          // the command line is wrong
  kNotFound,       // what should run doesn't exist (exit status 127)
  kNotExecutable,  // it exists and can't be executed (exit status 126)
  kConflict,       // the name is in use
  kTooLarge,       // over a limit that nosc sets itself
  kOutOfMemory,
};

// One failure, as data: trivially copyable, no heap, worded only when it is printed.
// Shape: `operation` is a short fixed text ("mount"); `text` is a literal or arena memory; `object`
// is what the operation was done to and needn't be NUL-terminated.
struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  sys::Errno cause = {};            // value 0: none
  const char* operation = nullptr;  // nullptr: none
  std::string_view object = {};     // empty: none
  Place place = {};
  uint32_t line = 0;    // counted from 1; 0: none
  uint32_t column = 0;  // in bytes, counted from 1
  const char* text = nullptr;
};

// What a program does with an error: words it, takes back what was begun, and ends. Never returns.
using FailureHandler = void (*)(const Error& error);

// Says what fail() does; the program's first act.
void set_failure_handler(FailureHandler handler);

// Ends the command with an error. Nothing is handed up: what reads, parses and plans has no effect
// yet that could be taken back, and what has one registers an Undo (undo.h) for it.
// Pre: set_failure_handler() was called. The error and what it points to live until it is worded.
[[noreturn]] void fail(const Error& error);

// Says what warn() does; without one, nothing.
void set_warning_handler(FailureHandler handler);

// Tells of something that is wrong and doesn't end the command.
void warn(const Error& warning);

// Ends the command with the error of a system call.
[[noreturn]] void fail_system(const char* operation, std::string_view object, sys::Errno cause,
                              const Place& place = kNoPlace);

// Ends the command with an error about a value in config.json, for example
// /process/cwd: must be absolute.
[[noreturn]] void fail_invalid(const Place& place, const char* text, std::string_view object = {});

[[noreturn]] void fail_out_of_memory();

// Yields the value of a system call's result, or ends the command with its error.
template <class T>
T or_fail(sys::Result<T> result, const char* operation, std::string_view object,
          const Place& place = kNoPlace) {
  if (!result.ok()) fail_system(operation, object, result.error(), place);
  return std::move(result).value();
}

// Words an error on one line, without a line feed: place, operation and object, position, text,
// cause, joined by ": ", for example /mounts/3: mount "/proc": EPERM.
void write_error(Writer& writer, const Error& error);

}  // namespace nosc
