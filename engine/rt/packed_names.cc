// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/packed_names.h"

#include <cstddef>

namespace nosc {

bool take_name(const char*& packed, std::string_view name) {
  const char* at = packed;
  size_t same = 0;
  // A NUL inside of the name is never the packed one's end.
  while (same != name.size() && *at == name[same] && *at != '\0') {
    ++at;
    ++same;
  }
  const bool taken = same == name.size() && *at == '\0';
  while (*at++ != '\0') {
  }
  packed = at;
  return taken;
}

}  // namespace nosc
