// SPDX-License-Identifier: Apache-2.0

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "syscalls/types.h"
#include "tests/support/process.h"

namespace {

using nosc::testing::Process;

static_assert(sizeof(sys::SockaddrIn) == sizeof(sockaddr_in));
static_assert(offsetof(sys::SockaddrIn, family) == offsetof(sockaddr_in, sin_family));
static_assert(offsetof(sys::SockaddrIn, port) == offsetof(sockaddr_in, sin_port));
static_assert(offsetof(sys::SockaddrIn, address) == offsetof(sockaddr_in, sin_addr));

nosc::testing::Command serve(const std::string& port) {
  nosc::testing::Command command;
  command.argv = {"examples/echo_server/echo_server", port};
  return command;
}

constexpr char kPrefix[] = "echo_server: 127.0.0.1:";

class EchoServer : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(server_.wait_for_output("\n"));
    ASSERT_EQ(server_.out().rfind(kPrefix, 0), 0U) << server_.out();
    port_ = static_cast<uint16_t>(std::stoi(server_.out().substr(sizeof(kPrefix) - 1)));
    ASSERT_NE(port_, 0);
  }

  int connect_to_it() const {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return fd;
  }

  static void send_all(int fd, std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
      ASSERT_GT(sent, 0);
      text.remove_prefix(static_cast<size_t>(sent));
    }
  }

  static std::string receive(int fd, size_t size_bytes) {
    std::string text(size_bytes, '\0');
    size_t done = 0;
    while (done < size_bytes) {
      const ssize_t got = recv(fd, text.data() + done, size_bytes - done, 0);
      if (got <= 0) break;
      done += static_cast<size_t>(got);
    }
    text.resize(done);
    return text;
  }

  Process server_{serve("0")};
  uint16_t port_ = 0;
};

TEST_F(EchoServer, SendsBackWhatItGets) {
  const int fd = connect_to_it();
  send_all(fd, "hello");
  EXPECT_EQ(receive(fd, 5), "hello");
  send_all(fd, "again");
  EXPECT_EQ(receive(fd, 5), "again");
  shutdown(fd, SHUT_WR);
  EXPECT_EQ(receive(fd, 1), "");
  close(fd);
}

TEST_F(EchoServer, ServesManyAtATime) {
  std::vector<int> clients;
  for (int i = 0; i < 64; ++i) clients.push_back(connect_to_it());
  for (int i = 0; i < 64; ++i) send_all(clients[i], std::to_string(1000 + i));
  for (int i = 63; i >= 0; --i) EXPECT_EQ(receive(clients[i], 4), std::to_string(1000 + i));
  // One too many is closed, and served once another has gone.
  const int extra = connect_to_it();
  EXPECT_EQ(receive(extra, 1), "");
  close(extra);
  for (const int client : clients) close(client);
}

TEST_F(EchoServer, IsNotHeldUpByOneThatDoesNotRead) {
  const int slow = connect_to_it();
  std::string text;
  while (text.size() < 16U << 20) text += std::to_string(text.size()) + " ";
  std::thread sender([&] { send_all(slow, text); });
  const int quick = connect_to_it();
  send_all(quick, "quick");
  EXPECT_EQ(receive(quick, 5), "quick");
  EXPECT_TRUE(receive(slow, text.size()) == text);
  sender.join();
  close(slow);
  close(quick);
}

TEST_F(EchoServer, SurvivesConnectionsThatBreak) {
  for (int i = 0; i < 200; ++i) {
    const int fd = connect_to_it();
    const linger at_once = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    send_all(fd, "reset");
    close(fd);
  }
  const int fd = connect_to_it();
  send_all(fd, "alive");
  EXPECT_EQ(receive(fd, 5), "alive");
  close(fd);
}

TEST(EchoServerUsage, RefusesWhatIsNoPort) {
  for (const char* port : {"65536", "99999999999", "x", "1x"}) {
    const auto completed = nosc::testing::run(serve(port));
    EXPECT_EQ(completed.exit_status, 2) << port;
    EXPECT_EQ(completed.out, "usage: echo_server PORT\n");
  }
}

}  // namespace
