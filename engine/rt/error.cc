// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/error.h"

#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc {
namespace {

constexpr size_t kKeptErrors = 8;

// Without a value at first, so that the program's file needn't hold one.
union KeptSlot {
  constexpr KeptSlot() : nothing() {}

  char nothing;
  Error error;
};

constinit KeptSlot kept_slots[kKeptErrors];
constinit size_t next_kept_slot = 0;

}  // namespace

KeptError keep_error(const Error& error) {
  const Error* const first = &kept_slots[0].error;
  if (&error >= first && &error < first + kKeptErrors) return {&error};
  Error& kept = kept_slots[next_kept_slot].error;
  next_kept_slot = (next_kept_slot + 1) % kKeptErrors;
  kept = error;
  return {&kept};
}

KeptError system_error(const char* operation, std::string_view object, sys::Errno cause,
                       const Place& place) {
  return keep_error({.code = ErrorCode::kSystem,
                     .cause = cause,
                     .operation = operation,
                     .object = object,
                     .place = place});
}

KeptError invalid_error(const Place& place, const char* text, std::string_view object) {
  return keep_error({.code = ErrorCode::kInvalid, .object = object, .place = place, .text = text});
}

KeptError out_of_memory_error() {
  return keep_error({.code = ErrorCode::kOutOfMemory, .text = "out of memory"});
}

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
