// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>

void* memcpy(void* to, const void* from, size_t size) {
  char* out = to;
  const char* in = from;
  while (size--) *out++ = *in++;
  return to;
}

void* memset(void* to, int value, size_t size) {
  char* out = to;
  while (size--) *out++ = (char)value;
  return to;
}

int memcmp(const void* left, const void* right, size_t size) {
  const unsigned char* a = left;
  const unsigned char* b = right;
  for (; size; size--, a++, b++) {
    if (*a != *b) return *a - *b;
  }
  return 0;
}

size_t strlen(const char* text) {
  size_t size = 0;
  while (text[size]) size++;
  return size;
}

// What the arm ABI calls instead of dividing, as armv7-a has no instruction for it.
unsigned __aeabi_uidiv(unsigned dividend, unsigned divisor) {
  unsigned quotient = 0;
  unsigned remainder = 0;
  for (int bit = 31; bit >= 0; bit--) {
    remainder = remainder << 1 | (dividend >> bit & 1);
    if (remainder >= divisor) {
      remainder -= divisor;
      quotient |= 1u << bit;
    }
  }
  return quotient;
}

void __aeabi_memcpy(void* to, const void* from, size_t size) { memcpy(to, from, size); }
void __aeabi_memclr(void* to, size_t size) { memset(to, 0, size); }
void __aeabi_memset(void* to, size_t size, int value) { memset(to, value, size); }
