// SPDX-License-Identifier: Apache-2.0
//
// The memory functions and the compiler's helpers, at every small size and misalignment.

#include "tests/arch/check.h"

extern "C" {
void* memcpy(void* to, const void* from, size_t size_bytes);
void* memmove(void* to, const void* from, size_t size_bytes);
void* memset(void* to, int value, size_t size_bytes);
int memcmp(const void* left, const void* right, size_t size_bytes);
void* memchr(const void* where, int value, size_t size_bytes);
size_t strlen(const char* string);
}

namespace {

constexpr size_t kOffsets = 9;
constexpr size_t kSizes = 40;
constexpr size_t kRoom = 64;

unsigned char source[kRoom];
unsigned char target[kRoom];

void fill() {
  for (size_t i = 0; i < kRoom; ++i) {
    source[i] = static_cast<unsigned char>(i * 37 + 1);
    target[i] = 0xee;
  }
}

// Calls through a volatile pointer, so that the compiler can't replace them by code of its own.
template <typename Function>
Function* hidden(Function* function) {
  Function* volatile pointer = function;
  return pointer;
}

void check_copied(size_t to, size_t from, size_t size_bytes) {
  for (size_t i = 0; i < kRoom; ++i) {
    const bool inside = i >= to && i < to + size_bytes;
    CHECK_EQUAL(target[i], inside ? source[from + i - to] : 0xee);
  }
}

}  // namespace

SHARED_CASE(memcpy_copies_every_size_and_alignment) {
  for (size_t to = 0; to < kOffsets; ++to) {
    for (size_t from = 0; from < kOffsets; ++from) {
      for (size_t size_bytes = 0; size_bytes < kSizes; ++size_bytes) {
        fill();
        CHECK(hidden(memcpy)(target + to, source + from, size_bytes) == target + to);
        check_copied(to, from, size_bytes);
      }
    }
  }
}

SHARED_CASE(memmove_copies_overlapping_ranges) {
  for (size_t to = 0; to < kOffsets; ++to) {
    for (size_t from = 0; from < kOffsets; ++from) {
      for (size_t size_bytes = 0; size_bytes < kSizes; ++size_bytes) {
        fill();
        hidden(memcpy)(target, source, kRoom);
        CHECK(hidden(memmove)(target + to, target + from, size_bytes) == target + to);
        for (size_t i = 0; i < kRoom; ++i) {
          const bool inside = i >= to && i < to + size_bytes;
          CHECK_EQUAL(target[i], source[inside ? from + i - to : i]);
        }
      }
    }
  }
}

SHARED_CASE(memset_sets_every_size_and_alignment) {
  for (size_t to = 0; to < kOffsets; ++to) {
    for (size_t size_bytes = 0; size_bytes < kSizes; ++size_bytes) {
      fill();
      CHECK(hidden(memset)(target + to, 0x1a5, size_bytes) == target + to);
      for (size_t i = 0; i < kRoom; ++i) {
        CHECK_EQUAL(target[i], i >= to && i < to + size_bytes ? 0xa5 : 0xee);
      }
    }
  }
}

SHARED_CASE(memcmp_compares_bytes_as_unsigned) {
  const unsigned char low[] = {1, 2, 0x7f};
  const unsigned char high[] = {1, 2, 0x80};
  CHECK(hidden(memcmp)(low, high, 3) < 0);
  CHECK(hidden(memcmp)(high, low, 3) > 0);
  CHECK(hidden(memcmp)(high, low, 2) == 0);
  CHECK(hidden(memcmp)(high, low, 0) == 0);
}

SHARED_CASE(memchr_finds_the_first) {
  const char text[] = "abcabc";
  CHECK(hidden(memchr)(text, 'c', 6) == text + 2);
  CHECK(hidden(memchr)(text, 'c' + 256, 6) == text + 2);
  CHECK(hidden(memchr)(text, 'c', 2) == nullptr);
}

SHARED_CASE(strlen_counts_up_to_the_end) {
  CHECK_EQUAL(hidden(strlen)(""), 0);
  CHECK_EQUAL(hidden(strlen)("seven c"), 7);
}

SHARED_CASE(wide_integers_divide_and_shift) {
  volatile uint64_t number = 12345678901234567890u;
  volatile uint64_t divisor = 10007;
  CHECK_EQUAL(number / divisor, 1233704297115475u);
  CHECK_EQUAL(number % divisor, 9565);
  volatile int64_t negative = -1234567890123456789;
  volatile int64_t signed_divisor = 1000003;
  CHECK_EQUAL(negative / signed_divisor, -1234564186430);
  CHECK_EQUAL(negative % signed_divisor, -897499);
  volatile unsigned count = 36;
  CHECK_EQUAL(number << count, 0xb1f0ad2000000000u);
  CHECK_EQUAL(number >> count, number / 68719476736u);
  CHECK_EQUAL(negative >> count, -17965328);
}

SHARED_CASE(small_integers_divide) {
  volatile int number = -77;
  volatile int divisor = 5;
  CHECK_EQUAL(number / divisor, -15);
  CHECK_EQUAL(number % divisor, -2);
  volatile unsigned large = 4000000000u;
  volatile unsigned large_divisor = 3000000000u;
  CHECK_EQUAL(large / large_divisor, 1);
  CHECK_EQUAL(large % large_divisor, 1000000000);
}
