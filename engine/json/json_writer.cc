// SPDX-License-Identifier: Apache-2.0
#include "engine/json/json_writer.h"

namespace nosc::json {

void JsonWriter::break_line() {
  if (depth_ >= one_line_depth_) return;
  writer_.character('\n');
  for (uint32_t i = 0; i < depth_; ++i) writer_.text("  ");
}

void JsonWriter::separate() {
  if (has_key_) {
    has_key_ = false;
    return;
  }
  if (!is_first_) {
    writer_.character(',');
    if (depth_ >= one_line_depth_) writer_.character(' ');
  }
  is_first_ = false;
  if (depth_ > 0) break_line();
}

void JsonWriter::begin(char bracket, Lines lines) {
  separate();
  writer_.character(bracket);
  ++depth_;
  if (lines == Lines::kOne && depth_ < one_line_depth_) one_line_depth_ = depth_;
  is_first_ = true;
}

void JsonWriter::end(char bracket) {
  const bool was_one_line = depth_ == one_line_depth_;
  --depth_;
  if (!is_first_ && !was_one_line) break_line();
  if (was_one_line) one_line_depth_ = UINT32_MAX;
  writer_.character(bracket);
  is_first_ = false;
  if (depth_ == 0) writer_.character('\n');
}

void JsonWriter::key(std::string_view name) {
  separate();
  writer_.quoted(name).text(": ");
  has_key_ = true;
}

void JsonWriter::string(std::string_view text) {
  separate();
  writer_.quoted(text);
}

void JsonWriter::number(uint64_t value) {
  separate();
  writer_.decimal(value);
}

void JsonWriter::boolean(bool value) {
  separate();
  writer_.text(value ? "true" : "false");
}

}  // namespace nosc::json
