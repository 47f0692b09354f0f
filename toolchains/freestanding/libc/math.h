// SPDX-License-Identifier: Apache-2.0
// Names that libc++'s headers use; nothing here computes with floating point.
#pragma once
#define FP_NAN 0
#define FP_INFINITE 1
#define FP_ZERO 2
#define FP_SUBNORMAL 3
#define FP_NORMAL 4
typedef float float_t;
typedef double double_t;
