// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace nosc {

// Cuts what stands before the first separator off the front of a text, and the separator with it;
// all of it where there is none. Shape: a view into the text.
std::string_view take_until(std::string_view& text, char separator);

}  // namespace nosc
