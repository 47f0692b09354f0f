// SPDX-License-Identifier: Apache-2.0
#include "engine/json/json.h"
#include "engine/rt/number.h"

namespace nosc::json {
namespace {

// Writes a key as a JSON pointer's part: ~ and / have escapes of their own.
void write_part(Writer& writer, std::string_view key) {
  for (const char& c : key) {
    if (c == '~') {
      writer.text("~0");
    } else if (c == '/') {
      writer.text("~1");
    } else {
      writer.escaped({&c, 1});
    }
  }
}

}  // namespace

const char* type_name(Type type) {
  static constexpr const char* kNames[] = {"null",     "false",    "true",     "a number",
                                           "a string", "an array", "an object"};
  return kNames[static_cast<unsigned>(type)];
}

uint32_t Document::count(Index container) const {
  uint32_t values = 0;
  for (Index index = container + 1; index != end(container); index = next(index)) ++values;
  return type(container) == Type::kObject ? values / 2 : values;
}

Integer Document::integer(Index index) const {
  std::string_view digits = text(index);
  Integer result;
  if (digits.front() == '-') {
    result.negative = true;
    digits.remove_prefix(1);
  }
  if (digits.find_first_not_of("0123456789") != digits.npos) {
    return {.status = IntegerStatus::kNotInteger};
  }
  const auto magnitude = parse_decimal(digits);
  if (!magnitude) return {.status = IntegerStatus::kOutOfRange};
  result.magnitude = *magnitude;
  return result;
}

Index Document::find(Index object, std::string_view key) const {
  for (Index at = object + 1; at != end(object); at = next(at + 1)) {
    if (text(at) == key) return at + 1;
  }
  return kRoot;
}

void Document::write_pointer(Writer& writer, Index index) const {
  if (index == kRoot) writer.character('/');
  Index container = kRoot;
  while (container < index) {
    const bool in_object = type(container) == Type::kObject;
    uint32_t position = 0;
    Index child = container + 1;
    // A key belongs to its value: the step over both finds either.
    while (next(child + in_object) <= index) {
      child = next(child + in_object);
      ++position;
    }
    writer.character('/');
    if (in_object) {
      write_part(writer, text(child));
    } else {
      writer.decimal(position);
    }
    if (child == index) return;
    container = child + in_object;
  }
}

std::string_view Document::pointer(Index index, Arena& arena) const {
  BufferWriter<512> writer;
  write_pointer(writer, index);
  return arena.copy_string(writer.view());
}

}  // namespace nosc::json
