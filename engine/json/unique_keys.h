// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "engine/json/json.h"

namespace nosc::json {

// Returns the first key that its object holds already, or Document::kRoot if all keys are unique.
// Takes time proportional to the number of tokens, whatever the sizes of the objects.
Index find_repeated_key(const Document& document, std::span<const Token> tokens, Arena& arena);

}  // namespace nosc::json
