// SPDX-License-Identifier: Apache-2.0
#include "engine/state/start_socket.h"

#include <cstring>

#include "engine/rt/error.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc::state {
namespace {

constexpr int kWaitingConnections = 64;
constexpr size_t kLongestName = sizeof(":18446744073709551615");

// ":N" below a prefix.
class SocketName : public BufferWriter<sizeof("/proc/self/fd/2147483647/") + kLongestName> {
 public:
  SocketName(std::string_view prefix, uint64_t record_inode) {
    text(prefix).character(':').decimal(record_inode).character('\0');
  }
};

sys::SockaddrUn address_of(sys::BorrowedFd root, uint64_t record_inode) {
  BufferWriter<32> prefix;
  prefix.text("/proc/self/fd/").decimal(static_cast<uint32_t>(root.raw())).character('/');
  const SocketName name(prefix.view(), record_inode);
  sys::SockaddrUn address{};
  address.family = static_cast<uint16_t>(sys::kAF_UNIX);
  std::memcpy(address.path, name.view().data(), name.view().size());
  return address;
}

sys::Result<sys::Fd> open_socket() {
  return sys::socket(sys::kAF_UNIX, sys::kSOCK_STREAM | sys::kSOCK_CLOEXEC, 0);
}

}  // namespace

sys::Fd listen_for_start(sys::BorrowedFd root, uint64_t record_inode) {
  constexpr const char* kObject = "start socket";
  const sys::SockaddrUn address = address_of(root, record_inode);
  sys::Fd socket = or_fail(open_socket(), "open", kObject);
  // The mode of a socket that has no name yet becomes that of its name.
  or_fail(sys::fchmod(socket, sys::Mode::from_bits(0600)), "set mode of", kObject);
  remove_start_socket(root, record_inode);
  or_fail(sys::bind(socket, sys::Bytes(&address, sizeof address)), "bind", kObject);
  or_fail(sys::listen(socket, kWaitingConnections), "listen on", kObject);
  return socket;
}

sys::Result<sys::Fd> connect_to_start(sys::BorrowedFd root, uint64_t record_inode) {
  // Most containers run, and have none any more: one look is less than a socket.
  const SocketName name("", record_inode);
  const auto found =
      sys::faccessat(root, sys::CStr::from_terminated(name.view().data()), sys::kF_OK);
  if (!found) return found.error();
  const sys::SockaddrUn address = address_of(root, record_inode);
  auto socket = open_socket();
  if (!socket) return socket;
  const auto connected = sys::connect(socket.borrow(), sys::Bytes(&address, sizeof address));
  if (!connected) return connected.error();
  return socket;
}

void remove_start_socket(sys::BorrowedFd root, uint64_t record_inode) {
  const SocketName name("", record_inode);
  (void)sys::unlinkat(root, sys::CStr::from_terminated(name.view().data()));
}

}  // namespace nosc::state
