// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/error.h"

#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc {
namespace {

constinit FailureHandler failure_handler = nullptr;
constinit FailureHandler warning_handler = nullptr;

}  // namespace

void set_failure_handler(FailureHandler handler) { failure_handler = handler; }

void set_warning_handler(FailureHandler handler) { warning_handler = handler; }

void warn(const Error& warning) {
  if (warning_handler != nullptr) warning_handler(warning);
}

void fail(const Error& error) {
  failure_handler(error);
  __builtin_unreachable();
}

void fail_system(const char* operation, std::string_view object, sys::Errno cause,
                 const Place& place) {
  fail({.code = ErrorCode::kSystem,
        .cause = cause,
        .operation = operation,
        .object = object,
        .place = place});
}

void fail_invalid(const Place& place, const char* text, std::string_view object) {
  fail({.code = ErrorCode::kInvalid, .object = object, .place = place, .text = text});
}

void fail_out_of_memory() { fail({.code = ErrorCode::kOutOfMemory, .text = "out of memory"}); }

void write_error(Writer& writer, const Error& error) {
  std::string_view separator;
  const auto next_part = [&] {
    writer.text(separator);
    separator = ": ";
  };
  if (error.place.known()) {
    next_part();
    writer.place(error.place);
  }
  if (error.operation != nullptr || !error.object.empty()) {
    next_part();
    if (error.operation != nullptr) writer.text(error.operation);
    if (error.operation != nullptr && !error.object.empty()) writer.character(' ');
    if (!error.object.empty()) writer.quoted(error.object);
  }
  if (error.line != 0) {
    next_part();
    writer.text("line ").decimal(error.line).text(", column ").decimal(error.column);
  }
  if (error.text != nullptr) {
    next_part();
    writer.text(error.text);
  }
  if (error.cause != sys::Errno{}) {
    next_part();
    writer.text(sys::errno_name(error.cause));
  }
}

}  // namespace nosc
