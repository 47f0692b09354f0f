// SPDX-License-Identifier: Apache-2.0
#include "engine/json/strings.h"

#include <cstdint>

namespace nosc::json {
namespace {

constexpr uint32_t kNoCodePoint = UINT32_MAX;

constexpr bool is_continuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

// Returns how many bytes a well-formed UTF-8 sequence above 0x7f has, or 0 if it isn't one.
unsigned sequence_bytes(const unsigned char* at) {
  const unsigned lead = at[0];
  if (lead < 0xc2 || lead > 0xf4 || !is_continuation(at[1])) return 0;
  if (lead < 0xe0) return 2;
  // The second byte excludes what has a shorter form, surrogates, and what is above U+10FFFF.
  if ((lead == 0xe0 && at[1] < 0xa0) || (lead == 0xed && at[1] > 0x9f)) return 0;
  if (!is_continuation(at[2])) return 0;
  if (lead < 0xf0) return 3;
  if ((lead == 0xf0 && at[1] < 0x90) || (lead == 0xf4 && at[1] > 0x8f)) return 0;
  return is_continuation(at[3]) ? 4 : 0;
}

// Reads the `uXXXX` behind a backslash.
uint32_t read_unit(const char* at) {
  if (*at != 'u') return kNoCodePoint;
  uint32_t unit = 0;
  for (int i = 1; i <= 4; ++i) {
    const auto byte = static_cast<unsigned char>(at[i]);
    const unsigned letter = (byte | 0x20U) - unsigned{'a'};
    const unsigned digit = byte - unsigned{'0'};
    if (digit < 10) {
      unit = unit << 4 | digit;
    } else if (letter < 6) {
      unit = unit << 4 | (letter + 10);
    } else {
      return kNoCodePoint;
    }
  }
  return unit;
}

char* write_code_point(char* target, uint32_t code_point) {
  if (code_point < 0x80) {
    *target++ = static_cast<char>(code_point);
    return target;
  }
  unsigned shift = code_point < 0x800 ? 6 : code_point < 0x10000 ? 12 : 18;
  const unsigned lead = shift == 6 ? 0xc0 : shift == 12 ? 0xe0 : 0xf0;
  *target++ = static_cast<char>(lead | code_point >> shift);
  do {
    shift -= 6;
    *target++ = static_cast<char>(0x80 | (code_point >> shift & 0x3f));
  } while (shift != 0);
  return target;
}

// Reads one escape; `source` is at the backslash and ends up behind the escape.
// Errors: nullptr, with `source` unchanged.
char* unescape_one(char*& source, char* target) {
  constexpr char kNames[] = "\"\\/bfnrt";
  constexpr char kValues[] = "\"\\/\b\f\n\r\t";
  for (int i = 0; kNames[i] != '\0'; ++i) {
    if (source[1] == kNames[i]) {
      source += 2;
      *target = kValues[i];
      return target + 1;
    }
  }
  uint32_t code_point = read_unit(source + 1);
  if (code_point == kNoCodePoint) return nullptr;
  unsigned length = 6;
  if ((code_point & 0xf800) == 0xd800) {
    // Only a pair of surrogates, the high one first, is a character.
    if (code_point >= 0xdc00 || source[6] != '\\') return nullptr;
    const uint32_t low = read_unit(source + 7);
    if ((low & 0xfffffc00) != 0xdc00) return nullptr;
    code_point = 0x10000 + ((code_point & 0x3ff) << 10) + (low & 0x3ff);
    length = 12;
  }
  source += length;
  return write_code_point(target, code_point);
}

}  // namespace

StringEnd unescape_string(char* start) {
  char* source = start;
  char* target = start;
  for (;;) {
    const auto byte = static_cast<unsigned char>(*source);
    if (byte == '"') {
      *target = '\0';
      return {source, target, nullptr};
    }
    if (byte == '\\') {
      target = unescape_one(source, target);
      if (target == nullptr) return {source, nullptr, "expected a valid escape"};
      continue;
    }
    if (byte < 0x20) return {source, nullptr, "expected no control character in a string"};
    unsigned length = 1;
    if (byte >= 0x80) {
      length = sequence_bytes(reinterpret_cast<unsigned char*>(source));
      if (length == 0) return {source, nullptr, "expected valid UTF-8"};
    }
    do {
      *target++ = *source++;
    } while (--length != 0);
  }
}

}  // namespace nosc::json
