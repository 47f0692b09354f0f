// SPDX-License-Identifier: Apache-2.0
//
//   echo_server PORT
//
// Sends back what it gets, to up to kConnections at a time, on 127.0.0.1. Says the port that it
// listens on (0 lets the kernel choose), and then serves until it is killed.
//
// A connection is read only while nothing waits to be written to it: one that doesn't take its
// bytes costs one buffer and holds up nobody else.

#include "syscalls/freestanding/start.h"
#include "syscalls/sys.h"
#include "syscalls/sys/network.h"

namespace {

constexpr unsigned kConnections = 64;
constexpr uint64_t kListener = kConnections;  // in place of a connection's index
constexpr int kBacklog = 4096;  // as many as the kernel allows: one too many waits a second
constexpr int kUsage = 2;

struct Connection {
  sys::Fd socket;
  size_t start;  // what waits to be written
  size_t end;
  char bytes[4096];
};

struct Server {
  sys::BorrowedFd epoll;
  sys::BorrowedFd listener;
  Connection* connections;
};

void say(sys::Bytes text) { (void)sys::write(sys::BorrowedFd::from_raw(1), text); }

void say_number(unsigned number) {
  char digits[12];
  size_t start = sizeof(digits);
  digits[--start] = '\n';
  do {
    digits[--start] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  say(sys::Bytes(digits + start, sizeof(digits) - start));
}

// Ends the program where a call failed that it cannot do without.
template <typename Result>
void require(const Result& result) {
  if (result.ok()) return;
  say(sys::text("echo_server: errno "));
  say_number(static_cast<unsigned>(result.error().value()));
  sys::exit_group(1);
}

unsigned parse_port(const char* text) {
  unsigned port = 0;
  for (; *text >= '0' && *text <= '9' && port < 65536; ++text) {
    port = port * 10 + static_cast<unsigned>(*text - '0');
  }
  return *text == '\0' ? port : 65536;
}

sys::Fd listen_on(unsigned port) {
  auto socket = sys::socket(sys::kAF_INET, sys::kSOCK_STREAM | sys::kSOCK_CLOEXEC);
  require(socket);
  const int enabled[] = {1};
  require(sys::setsockopt(socket.borrow(), sys::kSOL_SOCKET, sys::kSO_REUSEADDR, enabled));
  sys::SockaddrIn address = sys::ipv4_address({127, 0, 0, 1}, static_cast<uint16_t>(port));
  require(sys::bind(socket.borrow(), sys::bytes_of(address)));
  require(sys::listen(socket.borrow(), kBacklog));
  int length = sizeof(address);
  require(sys::getsockname(socket.borrow(), &address, length));
  say(sys::text("echo_server: 127.0.0.1:"));
  say_number(sys::from_network(address.port));
  return socket.take();
}

void watch(const Server& server, sys::EpollOperation operation, sys::BorrowedFd fd,
           sys::EpollEvents events, uint64_t index) {
  const sys::EpollEvent event = {events, index};
  require(sys::epoll_ctl(server.epoll, operation, fd, &event));
}

void accept(const Server& server) {
  auto accepted = sys::accept4(server.listener, nullptr, nullptr, sys::kSOCK_NONBLOCK);
  // It may have gone between the event and now; one too many is closed at once.
  if (!accepted.ok()) return;
  for (unsigned i = 0; i < kConnections; ++i) {
    Connection& connection = server.connections[i];
    if (connection.socket) continue;
    connection.socket = accepted.take();
    connection.start = connection.end;  // what the former one left unsent
    watch(server, sys::kEPOLL_CTL_ADD, connection.socket, sys::kEPOLLIN, i);
    return;
  }
}

// Moves bytes until the socket has none or takes none; false if the connection is over.
bool serve(Connection& connection) {
  while (true) {
    if (connection.start == connection.end) {
      const auto got = sys::read(connection.socket, connection.bytes);
      if (!got.ok()) return got.failed_with(sys::kEAGAIN);
      if (*got == 0) return false;
      connection.start = 0;
      connection.end = *got;
    }
    const auto sent = sys::sendto(
        connection.socket,
        sys::Bytes(connection.bytes + connection.start, connection.end - connection.start),
        sys::kMSG_NOSIGNAL);
    if (!sent.ok()) return sent.failed_with(sys::kEAGAIN);
    connection.start += *sent;
  }
}

void handle(const Server& server, uint64_t index) {
  if (index == kListener) {
    accept(server);
    return;
  }
  Connection& connection = server.connections[index];
  if (!serve(connection)) {
    connection.socket.reset();
    return;
  }
  const bool waits = connection.start != connection.end;
  watch(server, sys::kEPOLL_CTL_MOD, connection.socket, waits ? sys::kEPOLLOUT : sys::kEPOLLIN,
        index);
}

}  // namespace

int sys_main(int argc, char** argv, char**) {
  const unsigned port = argc == 2 ? parse_port(argv[1]) : 65536;
  if (port > 65535) {
    say(sys::text("usage: echo_server PORT\n"));
    return kUsage;
  }
  const sys::Fd listener = listen_on(port);
  const auto epoll = sys::epoll_create1();
  require(epoll);
  Connection connections[kConnections];
  const Server server = {epoll.borrow(), listener, connections};
  watch(server, sys::kEPOLL_CTL_ADD, listener, sys::kEPOLLIN, kListener);
  while (true) {
    sys::EpollEvent events[kConnections + 1];
    const auto ready = sys::epoll_pwait(server.epoll, events, -1, nullptr);
    if (ready.failed_with(sys::kEINTR)) continue;
    require(ready);
    for (int i = 0; i < *ready; ++i) handle(server, events[i].data);
  }
}
