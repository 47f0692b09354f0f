// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/writer.h"

#include "engine/rt/number.h"
#include "syscalls/sys.h"

namespace nosc {

Writer& Writer::character(char c) {
  if (used_ == buffer_.size()) {
    if (!has_fd_) {
      truncated_ = true;
      return *this;
    }
    drain();
  }
  buffer_[used_++] = c;
  return *this;
}

Writer& Writer::text(std::string_view text) {
  for (const char c : text) character(c);
  return *this;
}

const char* Writer::terminated() {
  buffer_[used_ < buffer_.size() ? used_ : used_ - 1] = '\0';
  return buffer_.data();
}

Writer& Writer::decimal(uint64_t value) {
  char digits[20];
  size_t first = sizeof digits;
  do {
    digits[--first] = static_cast<char>('0' + divide_by_ten(value));
  } while (value != 0);
  return text({digits + first, sizeof digits - first});
}

Writer& Writer::signed_decimal(int64_t value) {
  if (value >= 0) return decimal(static_cast<uint64_t>(value));
  return character('-').decimal(uint64_t{0} - static_cast<uint64_t>(value));
}

void Writer::digits(uint64_t value, unsigned shift) {
  unsigned position = 0;
  while (position + shift < 64 && value >> (position + shift) != 0) position += shift;
  for (;; position -= shift) {
    character("0123456789abcdef"[(value >> position) & ((1U << shift) - 1)]);
    if (position == 0) return;
  }
}

Writer& Writer::octal(uint64_t value) {
  digits(value, 3);
  return *this;
}

Writer& Writer::hex(uint64_t value) {
  digits(value, 4);
  return *this;
}

Writer& Writer::quoted(std::string_view text) {
  return character('"').escaped(text).character('"');
}

Writer& Writer::escaped(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      // Two hexadecimal digits are enough: no terminal ever sees a control character.
      this->text("\\u00").hex(byte >> 4).hex(byte & 15);
      continue;
    }
    if (c == '"' || c == '\\') character('\\');
    character(c);
  }
  return *this;
}

Writer& Writer::place(const Place& place) {
  if (!place.known()) return *this;
  text(place.pointer);
  if (place.index >= 0) character('/').decimal(static_cast<uint64_t>(place.index));
  if (place.tail != nullptr) character('/').text(place.tail);
  if (place.tail_index >= 0) character('/').decimal(static_cast<uint64_t>(place.tail_index));
  return *this;
}

void Writer::drain() {
  std::string_view rest = view();
  used_ = 0;
  while (!rest.empty() && cause_ == sys::Errno{}) {
    auto written = sys::write(fd_, rest);
    if (written.ok()) {
      rest.remove_prefix(static_cast<size_t>(*written));
    } else if (written.error() != sys::kEINTR) {
      cause_ = written.error();
    }
  }
}

sys::Result<void> Writer::flush() {
  if (has_fd_) drain();
  if (cause_ != sys::Errno{}) return cause_;
  return sys::Result<void>::from_raw(0);
}

}  // namespace nosc
