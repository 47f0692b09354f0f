// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/rt/place.h"
#include "syscalls/sys/errno.h"

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

// A kept error: what a failed Result holds, in one word, so that handing an error up costs no more
// than handing up an errno. The last few errors of the process are kept; whoever has an error in
// hand is done with it long before the same number of further errors is made.
struct KeptError {
  const Error* error;

  operator const Error&() const { return *error; }  // NOLINT(google-explicit-constructor)
};

// Keeps an error. One that is kept already stays where it is.
KeptError keep_error(const Error& error);

// Keeps the error of a failed system call.
KeptError system_error(const char* operation, std::string_view object, sys::Errno cause,
                       const Place& place = kNoPlace);

// Keeps an error about a value in config.json, for example /process/cwd: must be absolute.
KeptError invalid_error(const Place& place, const char* text, std::string_view object = {});

KeptError out_of_memory_error();

// Words an error on one line, without a line feed: place, operation and object, position, text,
// cause, joined by ": ", for example /mounts/3: mount "/proc": EPERM.
void write_error(Writer& writer, const Error& error);

}  // namespace nosc
