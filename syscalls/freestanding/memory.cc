// SPDX-License-Identifier: Apache-2.0
//
// The memory functions that compilers call without being asked, and the few that libc++'s headers
// do: small first, but by words where both ends allow it. Built by nosc_memory_library, without
// LTO and without builtins, or the compiler would recognise the loops and make them call
// themselves. Shapes and results are those of the C standard.

#include <stddef.h>
#include <stdint.h>

namespace {

// A word that may alias anything: what it reads and writes belongs to objects of any type.
typedef uintptr_t Word [[gnu::may_alias]];
constexpr size_t kWordBytes = sizeof(Word);

inline uintptr_t misalignment(const void* address) {
  return reinterpret_cast<uintptr_t>(address) % kWordBytes;
}

// Words can be used if both addresses reach alignment together.
inline bool same_misalignment(const void* a, const void* b) {
  return misalignment(a) == misalignment(b);
}

void copy_forward(unsigned char* to, const unsigned char* from, size_t size_bytes) {
  if (same_misalignment(to, from)) {
    for (; size_bytes != 0 && misalignment(to) != 0; --size_bytes) {
      *to++ = *from++;
    }
    for (; size_bytes >= kWordBytes; size_bytes -= kWordBytes) {
      *reinterpret_cast<Word*>(to) = *reinterpret_cast<const Word*>(from);
      to += kWordBytes;
      from += kWordBytes;
    }
  }
  for (; size_bytes != 0; --size_bytes) {
    *to++ = *from++;
  }
}

// The pointers are the ends of the two ranges.
void copy_backward(unsigned char* to, const unsigned char* from, size_t size_bytes) {
  if (same_misalignment(to, from)) {
    for (; size_bytes != 0 && misalignment(to) != 0; --size_bytes) {
      *--to = *--from;
    }
    for (; size_bytes >= kWordBytes; size_bytes -= kWordBytes) {
      to -= kWordBytes;
      from -= kWordBytes;
      *reinterpret_cast<Word*>(to) = *reinterpret_cast<const Word*>(from);
    }
  }
  for (; size_bytes != 0; --size_bytes) {
    *--to = *--from;
  }
}

}  // namespace

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, size_t size_bytes) {
  copy_forward(static_cast<unsigned char*>(to), static_cast<const unsigned char*>(from),
               size_bytes);
  return to;
}

void* memmove(void* to, const void* from, size_t size_bytes) {
  auto* const to_bytes = static_cast<unsigned char*>(to);
  const auto* const from_bytes = static_cast<const unsigned char*>(from);
  // Unsigned distance: a destination below the source wraps round to a large one.
  if (reinterpret_cast<uintptr_t>(to) - reinterpret_cast<uintptr_t>(from) >= size_bytes) {
    copy_forward(to_bytes, from_bytes, size_bytes);
  } else {
    copy_backward(to_bytes + size_bytes, from_bytes + size_bytes, size_bytes);
  }
  return to;
}

void* memset(void* to, int value, size_t size_bytes) {
  auto* bytes = static_cast<unsigned char*>(to);
  const auto byte = static_cast<unsigned char>(value);
  const Word pattern = ~static_cast<Word>(0) / 0xff * byte;
  for (; size_bytes != 0 && misalignment(bytes) != 0; --size_bytes) {
    *bytes++ = byte;
  }
  for (; size_bytes >= kWordBytes; size_bytes -= kWordBytes) {
    *reinterpret_cast<Word*>(bytes) = pattern;
    bytes += kWordBytes;
  }
  for (; size_bytes != 0; --size_bytes) {
    *bytes++ = byte;
  }
  return to;
}

int memcmp(const void* left, const void* right, size_t size_bytes) {
  const auto* a = static_cast<const unsigned char*>(left);
  const auto* b = static_cast<const unsigned char*>(right);
  for (; size_bytes != 0; --size_bytes, ++a, ++b) {
    if (*a != *b) {
      return *a - *b;
    }
  }
  return 0;
}

void* memchr(const void* where, int value, size_t size_bytes) {
  const auto* bytes = static_cast<const unsigned char*>(where);
  const auto byte = static_cast<unsigned char>(value);
  for (; size_bytes != 0; --size_bytes, ++bytes) {
    if (*bytes == byte) {
      return const_cast<unsigned char*>(bytes);
    }
  }
  return nullptr;
}

size_t strlen(const char* string) {
  const char* end = string;
  while (*end != '\0') {
    ++end;
  }
  return static_cast<size_t>(end - string);
}

}  // extern "C"
