// SPDX-License-Identifier: Apache-2.0
//
// Numbers in the order of networks, and addresses of IPv4 and IPv6 sockets.
#pragma once

#include <stdint.h>

#include "syscalls/sockets.h"

namespace sys {

// A port, as SockaddrIn and SockaddrIn6 hold it; on any machine the high byte comes first.
[[gnu::always_inline]] constexpr BigEndian16 to_network(uint16_t number) {
  return {static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)};
}

[[gnu::always_inline]] constexpr uint16_t from_network(BigEndian16 number) {
  return static_cast<uint16_t>(number.high << 8 | number.low);
}

// 127.0.0.1 is {127, 0, 0, 1}; a port of 0 lets the kernel choose one.
constexpr SockaddrIn ipv4_address(const uint8_t (&address)[4], uint16_t port) {
  SockaddrIn made{};
  made.family = static_cast<uint16_t>(kAF_INET);
  made.port = to_network(port);
  for (unsigned i = 0; i < 4; ++i) made.address[i] = address[i];
  return made;
}

// scope_id: the interface's number, for an address of one link (fe80::).
constexpr SockaddrIn6 ipv6_address(const uint8_t (&address)[16], uint16_t port,
                                   uint32_t scope_id = 0) {
  SockaddrIn6 made{};
  made.family = static_cast<uint16_t>(kAF_INET6);
  made.port = to_network(port);
  for (unsigned i = 0; i < 16; ++i) made.address[i] = address[i];
  made.scope_id = scope_id;
  return made;
}

}  // namespace sys
