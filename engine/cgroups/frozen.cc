// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/frozen.h"

#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc::cgroups {

bool is_frozen(std::string_view mount, std::string_view path) {
  if (mount.empty()) return false;
  BufferWriter<4200> name;
  name.text(mount).character('/').text(path).text("/cgroup.events").character('\0');
  if (name.truncated()) return false;
  const auto file = sys::openat(sys::kCwd, sys::CStr::from_terminated(name.view().data()),
                                sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (!file) return false;
  char buffer[256];
  const auto count = sys::read(file.borrow(), buffer);
  return count && std::string_view(buffer, *count).find("frozen 1\n") != std::string_view::npos;
}

}  // namespace nosc::cgroups
