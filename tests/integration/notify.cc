// SPDX-License-Identifier: Apache-2.0
// Tells whoever listens on NOTIFY_SOCKET what it is given, as sd_notify(3) does, inside of a
// container: notify TEXT...

#include <string_view>

#include "syscalls/files.h"
#include "syscalls/freestanding/start.h"
#include "syscalls/sockets.h"

int sys_main(int argc, char** argv, char** envp) {
  constexpr std::string_view kVariable = "NOTIFY_SOCKET=";
  sys::SockaddrUn address{};
  address.family = static_cast<uint16_t>(sys::kAF_UNIX);
  for (; *envp != nullptr; ++envp) {
    std::string_view entry = *envp;
    if (!entry.starts_with(kVariable)) continue;
    entry.remove_prefix(kVariable.size());
    for (size_t i = 0; i < entry.size(); ++i) address.path[i] = entry[i];
  }
  const auto socket = sys::socket(sys::kAF_UNIX, sys::kSOCK_DGRAM, 0);
  if (!socket || !sys::connect(socket.borrow(), sys::Bytes(&address, sizeof address))) return 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view text = argv[i];
    if (!sys::sendto(socket.borrow(), sys::Bytes(text.data(), text.size()), {})) return 2;
  }
  return 0;
}
