// SPDX-License-Identifier: Apache-2.0
//
// Names one after another, each with a NUL behind it, looked up from the first on.
#pragma once

#include <string_view>

namespace nosc {

// Compares a name with the one that `packed` is at, and moves on to the next. Both in one pass over
// the bytes: tables are searched for every key of a configuration, and most names end at the first
// byte that differs.
bool take_name(const char*& packed, std::string_view name);

}  // namespace nosc
