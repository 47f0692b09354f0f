// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace nosc::json {

// How far unescape_string() came.
struct StringEnd {
  char* source;         // the closing quote, or the byte that is wrong
  char* target;         // behind the last unescaped byte
  const char* problem;  // nullptr: none
};

// Unescapes a JSON string where it is, validates its UTF-8 and puts a NUL behind the result.
// Shape: `start` is behind the opening quote; some byte below 0x20 must follow the text, so that an
// unclosed string ends there.
// Source: RFC 8259 section 7; RFC 3629 section 4.
StringEnd unescape_string(char* start);

}  // namespace nosc::json
