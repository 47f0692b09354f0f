// SPDX-License-Identifier: Apache-2.0
// Included anew each time, as the standard asks: no #pragma once.
#undef assert
#ifdef NDEBUG
#define assert(expression) ((void)0)
#else
#define assert(expression) ((expression) ? (void)0 : __builtin_trap())
#endif
