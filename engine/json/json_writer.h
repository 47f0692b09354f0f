// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/rt/writer.h"

namespace nosc::json {

// Whether the elements of an array or object stand on lines of their own.
enum class Lines : uint8_t { kMany, kOne };

// Writes JSON with commas and indentation in their places.
// Pre: calls that make a document: begin and end in pairs, a key before every value in an object.
class JsonWriter {
 public:
  explicit JsonWriter(Writer& writer) : writer_(writer) {}

  void begin(char bracket, Lines lines = Lines::kMany);  // '{' or '['
  void end(char bracket);                                // '}' or ']'
  void key(std::string_view name);
  void string(std::string_view text);
  void number(uint64_t value);
  void boolean(bool value);

 private:
  // Writes what stands between the value before and the next one.
  void separate();
  void break_line();

  Writer& writer_;
  uint32_t depth_ = 0;
  uint32_t one_line_depth_ = UINT32_MAX;  // from this depth on everything stays on its line
  bool is_first_ = true;                  // in its container
  bool has_key_ = false;
};

}  // namespace nosc::json
