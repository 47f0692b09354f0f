// SPDX-License-Identifier: Apache-2.0
//
// What compilers call on most 32-bit ABIs to divide and to shift 64-bit numbers. The names are
// libgcc's.

#include "syscalls/freestanding/integers.h"

extern "C" {

uint64_t __udivdi3(uint64_t numerator, uint64_t denominator) {
  return sys::divide(numerator, denominator).quotient;
}

uint64_t __umoddi3(uint64_t numerator, uint64_t denominator) {
  return sys::divide(numerator, denominator).remainder;
}

uint64_t __divdi3(uint64_t numerator, uint64_t denominator) {
  return sys::divide_signed(numerator, denominator).quotient;
}

uint64_t __moddi3(uint64_t numerator, uint64_t denominator) {
  return sys::divide_signed(numerator, denominator).remainder;
}

uint64_t __ashldi3(uint64_t value, uint32_t count) { return sys::shift_left(value, count); }

uint64_t __lshrdi3(uint64_t value, uint32_t count) {
  return sys::shift_right(value, count, sys::ShiftFill::kZero);
}

uint64_t __ashrdi3(uint64_t value, uint32_t count) {
  return sys::shift_right(value, count, sys::ShiftFill::kSign);
}

}  // extern "C"
