// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace nosc {

// Where in config.json something came from, as a JSON pointer in up to four parts, for example
// {"/mounts", 3, "options", 1}, printed as /mounts/3/options/1. It is trivially copyable and is
// turned into text only when an error is printed, so a record may carry one for free.
// Shape: both strings are NUL-terminated and outlive the Place (literals or arena memory).
struct Place {
  const char* pointer = nullptr;  // starts with '/'; nullptr: no place at all
  int32_t index = -1;             // -1: none
  const char* tail = nullptr;     // without a leading '/'; nullptr: none
  int32_t tail_index = -1;        // -1: none

  constexpr bool known() const { return pointer != nullptr; }
};

}  // namespace nosc
