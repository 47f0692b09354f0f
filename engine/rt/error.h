// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/rt/place.h"
#include "syscalls/sys/errno.h"

namespace nosc {

class Writer;

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

// Returns the error of a failed system call.
constexpr Error system_error(const char* operation, std::string_view object, sys::Errno cause,
                             Place place = {}) {
  return {.code = ErrorCode::kSystem,
          .cause = cause,
          .operation = operation,
          .object = object,
          .place = place};
}

// Returns an error about a value in config.json, for example /process/cwd: must be absolute.
constexpr Error invalid_error(Place place, const char* text, std::string_view object = {}) {
  return {.code = ErrorCode::kInvalid, .object = object, .place = place, .text = text};
}

constexpr Error out_of_memory_error() {
  return {.code = ErrorCode::kOutOfMemory, .text = "out of memory"};
}

// Words an error on one line, without a line feed: place, operation and object, position, text,
// cause, joined by ": ", for example /mounts/3: mount "/proc": EPERM.
void write_error(Writer& writer, const Error& error);

}  // namespace nosc
