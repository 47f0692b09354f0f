// SPDX-License-Identifier: Apache-2.0
//
// What compilers call on arm beside the memory functions: the helpers of the run-time ABI for the
// Arm architecture (RTABI, sections 4.2, 4.3.1 and 4.3.4). Signed numbers are taken and returned
// as their bits.

#include <stddef.h>
#include <stdint.h>

#include "syscalls/freestanding/integers.h"

extern "C" {

void* memcpy(void* __restrict to, const void* __restrict from, size_t size_bytes);
void* memmove(void* to, const void* from, size_t size_bytes);
void* memset(void* to, int value, size_t size_bytes);

void __aeabi_memcpy(void* to, const void* from, size_t size_bytes) { memcpy(to, from, size_bytes); }
void __aeabi_memmove(void* to, const void* from, size_t size_bytes) {
  memmove(to, from, size_bytes);
}
// The order of size and value is the ABI's, not memset's.
void __aeabi_memset(void* to, size_t size_bytes, int value) { memset(to, value, size_bytes); }
void __aeabi_memclr(void* to, size_t size_bytes) { memset(to, 0, size_bytes); }

// The variants that promise an alignment of 4 or 8 gain nothing here.
#define SYS_ALIAS(name, alias_name) [[gnu::alias(#name)]] decltype(name) alias_name
SYS_ALIAS(__aeabi_memcpy, __aeabi_memcpy4);
SYS_ALIAS(__aeabi_memcpy, __aeabi_memcpy8);
SYS_ALIAS(__aeabi_memmove, __aeabi_memmove4);
SYS_ALIAS(__aeabi_memmove, __aeabi_memmove8);
SYS_ALIAS(__aeabi_memset, __aeabi_memset4);
SYS_ALIAS(__aeabi_memset, __aeabi_memset8);
SYS_ALIAS(__aeabi_memclr, __aeabi_memclr4);
SYS_ALIAS(__aeabi_memclr, __aeabi_memclr8);
#undef SYS_ALIAS

uint32_t __aeabi_uidiv(uint32_t numerator, uint32_t denominator) {
  return sys::divide(numerator, denominator).quotient;
}

uint32_t __aeabi_idiv(uint32_t numerator, uint32_t denominator) {
  return sys::divide_signed(numerator, denominator).quotient;
}

// Quotient in r0, remainder in r1: the two halves of one 64-bit result.
uint64_t __aeabi_uidivmod(uint32_t numerator, uint32_t denominator) {
  const auto result = sys::divide(numerator, denominator);
  return result.quotient | static_cast<uint64_t>(result.remainder) << 32;
}

uint64_t __aeabi_idivmod(uint32_t numerator, uint32_t denominator) {
  const auto result = sys::divide_signed(numerator, denominator);
  return result.quotient | static_cast<uint64_t>(result.remainder) << 32;
}

[[gnu::used]] void sys_arm_divide(uint64_t numerator, uint64_t denominator,
                                  sys::Division<uint64_t>* result) {
  *result = sys::divide(numerator, denominator);
}

[[gnu::used]] void sys_arm_divide_signed(uint64_t numerator, uint64_t denominator,
                                         sys::Division<uint64_t>* result) {
  *result = sys::divide_signed(numerator, denominator);
}

// Quotient in r0 and r1, remainder in r2 and r3: no C++ type is returned like that. The arguments
// pass through in r0 to r3, and the pointer to the result, the third, lies on the stack.
#define SYS_WIDE_DIVISION(name, function) \
  [[gnu::naked]] void name() {            \
    asm volatile(                         \
        "push {r4, lr}\n"                 \
        "sub sp, sp, #24\n"               \
        "add r4, sp, #8\n"                \
        "str r4, [sp]\n"                  \
        "bl " #function                   \
        "\n"                              \
        "ldr r0, [sp, #8]\n"              \
        "ldr r1, [sp, #12]\n"             \
        "ldr r2, [sp, #16]\n"             \
        "ldr r3, [sp, #20]\n"             \
        "add sp, sp, #24\n"               \
        "pop {r4, pc}\n");                \
  }
SYS_WIDE_DIVISION(__aeabi_uldivmod, sys_arm_divide)
SYS_WIDE_DIVISION(__aeabi_ldivmod, sys_arm_divide_signed)
#undef SYS_WIDE_DIVISION

uint64_t __aeabi_llsl(uint64_t value, uint32_t count) { return sys::shift_left(value, count); }

uint64_t __aeabi_llsr(uint64_t value, uint32_t count) {
  return sys::shift_right(value, count, sys::ShiftFill::kZero);
}

uint64_t __aeabi_lasr(uint64_t value, uint32_t count) {
  return sys::shift_right(value, count, sys::ShiftFill::kSign);
}

}  // extern "C"
