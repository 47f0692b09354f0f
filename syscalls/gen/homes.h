// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "syscalls/gen/tables.h"

namespace syscalls_gen {

// The home of what calls of several topics take.
inline constexpr std::string_view kShared = "shared";

// Which header of constants or of structs each family and struct is in, so that a topic includes
// what its calls take and little else: the topic's, if no other topic's calls take it, directly or
// in a struct; "shared" if several do; what the table's row "topic" says if none does.
struct Homes {
  std::map<std::string, std::string> by_name;
  std::set<std::string> need_shared;  // topics that take something of "shared"
};

Homes find_homes(const Tables& tables);

// The home of a family that may have no name.
std::string_view home_of(const Homes& homes, const Family& family);

}  // namespace syscalls_gen
