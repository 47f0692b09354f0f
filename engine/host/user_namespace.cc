// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "engine/host/host.h"
#include "syscalls/sys.h"

namespace nosc {

bool is_in_user_namespace() {
  constexpr std::string_view kEveryId = "4294967295\n";
  const auto file = sys::openat(sys::kCwd, "/proc/self/uid_map", sys::kO_RDONLY | sys::kO_CLOEXEC);
  char buffer[64];
  if (!file) return false;
  const auto count = sys::read(file.borrow(), buffer);
  return count && !std::string_view(buffer, *count).ends_with(kEveryId);
}

}  // namespace nosc
