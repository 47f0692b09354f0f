// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace nosc {

// Reads a whole string of decimal digits, nothing before or behind them.
// Errors: nullopt for an empty string, any other character, or a value above `maximum`.
std::optional<uint64_t> parse_decimal(std::string_view text, uint64_t maximum = UINT64_MAX);

// Reads a whole string of octal digits, a leading 0 allowed, as in mode=0755.
// Errors: nullopt for an empty string, any other character, or a value above `maximum`.
std::optional<uint64_t> parse_octal(std::string_view text, uint64_t maximum = UINT64_MAX);

// Divides by ten in place and returns the remainder, without a 64-bit division: the 32-bit
// architectures have no instruction for it and the engine has no run-time library.
uint32_t divide_by_ten(uint64_t& value);

}  // namespace nosc
