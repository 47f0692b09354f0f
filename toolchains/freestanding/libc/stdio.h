// SPDX-License-Identifier: Apache-2.0
// Declarations that libc++'s headers name; nothing defines them.
#pragma once
#include <stdarg.h>
#include <stddef.h>
#define EOF (-1)
typedef struct nosc_no_file FILE;
typedef long fpos_t;
extern "C" {
int snprintf(char*, size_t, const char*, ...);
int vsnprintf(char*, size_t, const char*, va_list);
int remove(const char*);
int rename(const char*, const char*);
}
