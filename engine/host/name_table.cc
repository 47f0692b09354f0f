// SPDX-License-Identifier: Apache-2.0
#include "engine/host/name_table.h"

#include "engine/rt/packed_names.h"

namespace nosc::host {

int find_number(std::span<const char> packed, std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix)) return -1;
  name.remove_prefix(prefix.size());
  const char* known = packed.data();
  for (int number = 0; known != packed.data() + packed.size(); ++number) {
    if (take_name(known, name)) return number;
  }
  return -1;
}

}  // namespace nosc::host
