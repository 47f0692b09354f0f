// SPDX-License-Identifier: Apache-2.0
#include "engine/host/name_table.h"

namespace nosc::host {

int find_number(std::span<const char> packed, std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix)) return -1;
  name.remove_prefix(prefix.size());
  std::string_view rest(packed.data(), packed.size());
  for (int number = 0; !rest.empty(); ++number) {
    const std::string_view known = rest.substr(0, rest.find('\0'));
    if (known == name) return number;
    rest.remove_prefix(known.size() + 1);
  }
  return -1;
}

}  // namespace nosc::host
