// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/error.h"

#include "engine/rt/writer.h"
#include "syscalls/files.h"

namespace nosc {

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
