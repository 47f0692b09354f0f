// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/split.h"

#include <algorithm>

namespace nosc {

std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view front = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(front.size() + 1, text.size()));
  return front;
}

}  // namespace nosc
