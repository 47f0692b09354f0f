// SPDX-License-Identifier: Apache-2.0
//
// Text, and memory as text, for sys/decode.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace sys {

// Memory that arguments point to: copies what can be read of it, returns how many bytes that were.
struct CallMemory {
  size_t (*read)(void* context, uint64_t address, void* to, size_t size_bytes) = nullptr;
  void* context = nullptr;
};

// Text with an end: what is too much is left out.
class TextBuffer {
 public:
  constexpr TextBuffer(char* text, size_t size_bytes) : text_(text), room_(size_bytes) {}

  constexpr void add(char c) {
    if (size_ < room_) text_[size_++] = c;
  }
  constexpr void add(const char* text) {
    for (; *text != '\0'; ++text) add(*text);
  }
  constexpr void add_number(uint64_t value, unsigned base) {
    char digits[24] = {};
    size_t start = sizeof(digits);
    do {
      digits[--start] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    for (; start < sizeof(digits); ++start) add(digits[start]);
  }
  constexpr void add_signed(int64_t value) {
    if (value < 0) add('-');
    add_number(value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value), 10);
  }
  constexpr void add_hex(uint64_t value) {
    add("0x");
    add_number(value, 16);
  }
  constexpr size_t size() const { return size_; }

 private:
  char* text_;
  size_t room_;
  size_t size_ = 0;
};

namespace detail {

// What strings and memory are cut off at.
inline constexpr size_t kMostBytes = 32;

inline void add_byte(TextBuffer& out, unsigned char byte, bool digit_follows) {
  constexpr char kEscapes[] = "\"\"\\\\\nn\tt\rr\vv\ff";
  for (size_t i = 0; i + 1 < sizeof(kEscapes); i += 2) {
    if (byte == static_cast<unsigned char>(kEscapes[i])) {
      out.add('\\');
      out.add(kEscapes[i + 1]);
      return;
    }
  }
  if (byte >= ' ' && byte < 0x7f) {
    out.add(static_cast<char>(byte));
    return;
  }
  out.add('\\');
  if (digit_follows && byte < 0100) out.add('0');
  if (digit_follows && byte < 010) out.add('0');
  out.add_number(byte, 8);
}

// A string up to its NUL, or memory of a known size.
inline void add_memory(TextBuffer& out, const CallMemory& memory, uint64_t address, size_t size,
                       bool is_string) {
  unsigned char bytes[kMostBytes + 1];
  const size_t wanted = size < sizeof(bytes) ? size : sizeof(bytes);
  const size_t got = memory.read == nullptr || address == 0
                         ? 0
                         : memory.read(memory.context, address, bytes, wanted);
  if (address == 0) return out.add("NULL");
  if (got > sizeof(bytes) || (got == 0 && size != 0)) return out.add_hex(address);
  size_t length = 0;
  while (length < got && !(is_string && bytes[length] == '\0')) ++length;
  const bool is_whole = is_string ? length < got : size <= kMostBytes;
  const size_t shown = length < kMostBytes ? length : kMostBytes;
  out.add('"');
  for (size_t i = 0; i < shown; ++i) {
    const bool digit_follows = i + 1 < shown && bytes[i + 1] >= '0' && bytes[i + 1] <= '9';
    add_byte(out, bytes[i], digit_follows);
  }
  out.add(is_whole ? "\"" : "\"...");
}

// A string that is shown whole, as paths are.
inline void add_path(TextBuffer& out, const CallMemory& memory, uint64_t address) {
  constexpr size_t kMostPathBytes = 4096;
  unsigned char bytes[64];
  if (address == 0) return out.add("NULL");
  for (size_t done = 0; done < kMostPathBytes; done += sizeof(bytes)) {
    const size_t got = memory.read == nullptr
                           ? 0
                           : memory.read(memory.context, address + done, bytes, sizeof(bytes));
    if (got == 0 || got > sizeof(bytes)) {
      if (done == 0) return out.add_hex(address);
      break;
    }
    if (done == 0) out.add('"');
    for (size_t i = 0; i < got; ++i) {
      if (bytes[i] == '\0') return out.add('"');
      const bool digit_follows = i + 1 >= got || (bytes[i + 1] >= '0' && bytes[i + 1] <= '9');
      add_byte(out, bytes[i], digit_follows);
    }
    if (got < sizeof(bytes)) break;
  }
  out.add("\"...");
}

// Strings that a list of pointers names, up to its null pointer.
inline void add_strings(TextBuffer& out, const CallMemory& memory, uint64_t address) {
  if (address == 0) return out.add("NULL");
  for (size_t i = 0;; ++i) {
    unsigned long string = 0;
    const bool is_read =
        memory.read != nullptr && memory.read(memory.context, address + i * sizeof(string), &string,
                                              sizeof(string)) == sizeof(string);
    if (!is_read && i == 0) return out.add_hex(address);
    if (i == 0) out.add('[');
    if (is_read && string == 0) return out.add(']');
    if (i != 0) out.add(", ");
    if (!is_read || i == kMostBytes) return out.add("...]");
    add_memory(out, memory, string, kMostBytes + 1, true);
  }
}

}  // namespace detail

}  // namespace sys
