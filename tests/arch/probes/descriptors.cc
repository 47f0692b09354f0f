// SPDX-License-Identifier: Apache-2.0
//
// Descriptors: owners, pipes, waiting, sockets.

#include "syscalls/sys/network.h"
#include "tests/arch/probes/support.h"

namespace {

bool is_open(int raw) {
  return sys::portable::fcntl(sys::BorrowedFd::from_raw(raw), sys::kF_GETFD).ok();
}

}  // namespace

SHARED_CASE(owner_closes_its_descriptor) {
  int raw = -1;
  {
    const sys::Fd file = probe::memory_file({});
    raw = file.raw();
    CHECK(is_open(raw));
  }
  CHECK(!is_open(raw));
}

SHARED_CASE(moved_owner_closes_nothing) {
  sys::Fd first = probe::memory_file({});
  const int raw = first.raw();
  const sys::Fd second = static_cast<sys::Fd&&>(first);
  first.reset();
  CHECK(is_open(raw));
  CHECK_EQUAL(second.raw(), raw);
}

SHARED_CASE(result_closes_what_nobody_took) {
  int raw = -1;
  {
    const auto opened = sys::memfd_create("unused", {});
    raw = opened.borrow().raw();
    CHECK(is_open(raw));
  }
  CHECK(!is_open(raw));
}

SHARED_CASE(ppoll_sees_a_pipe_fill) {
  sys::FdPair ends;
  CHECK_OK(sys::pipe2(ends, sys::kO_CLOEXEC));
  sys::Pollfd wanted[] = {{ends.first.raw(), sys::kPOLLIN, {}},
                          {ends.second.raw(), sys::kPOLLOUT, {}}};
  sys::Timespec timeout = {0, 1000};
  CHECK_EQUAL(CHECK_VALUE(sys::portable::ppoll(wanted, &timeout, nullptr)), 1);
  CHECK(wanted[0].revents.empty() && wanted[1].revents == sys::kPOLLOUT);
  CHECK_OK(sys::write(ends.second, sys::text("x")));
  CHECK_EQUAL(CHECK_VALUE(sys::portable::ppoll(wanted, nullptr, nullptr)), 2);
  CHECK(wanted[0].revents == sys::kPOLLIN);
  ends.second.reset();
  CHECK_EQUAL(
      CHECK_VALUE(sys::portable::ppoll(sys::Span<sys::Pollfd>(wanted, 1), nullptr, nullptr)), 1);
  CHECK(wanted[0].revents == (sys::kPOLLIN | sys::kPOLLHUP));
}

SHARED_CASE(epoll_gives_back_the_whole_value) {
  const sys::Fd epoll = CHECK_VALUE(sys::epoll_create1(sys::kEPOLL_CLOEXEC));
  const sys::Fd counter = CHECK_VALUE(sys::eventfd2(3, sys::kEFD_CLOEXEC));
  sys::EpollEvent event = {sys::kEPOLLIN, 0x0123456789abcdef};
  CHECK_OK(sys::epoll_ctl(epoll, sys::kEPOLL_CTL_ADD, counter, &event));
  sys::EpollEvent events[4] = {};
  CHECK_EQUAL(CHECK_VALUE(sys::epoll_pwait(epoll, events, 1000, nullptr)), 1);
  CHECK_EQUAL(events[0].data, 0x0123456789abcdef);
  CHECK(events[0].events == sys::kEPOLLIN);
  uint64_t count = 0;
  CHECK_EQUAL(CHECK_VALUE(sys::read(counter, sys::MutableBytes(&count, sizeof(count)))), 8);
  CHECK_EQUAL(count, 3);
}

SHARED_CASE(dup3_takes_the_number_it_is_told) {
  const sys::Fd file = probe::memory_file({});
  CHECK_EQUAL(CHECK_VALUE(sys::dup3(file, 123, sys::kO_CLOEXEC)), 123);
  CHECK(is_open(123));
  CHECK_OK(sys::close(123));
}

SHARED_CASE(close_range_closes_a_range) {
  const sys::Fd file = probe::memory_file({});
  const int numbers[] = {123, 124, 125};
  for (const int raw : numbers) {
    CHECK_OK(sys::dup3(file, raw));
  }
  const auto closed = sys::close_range(123, 124);
  if (!closed.ok()) {
    check::skip_error("close_range", closed.error());
  }
  CHECK(!is_open(123) && !is_open(124) && is_open(125));
}

SHARED_CASE(sockets_pass_descriptors) {
  sys::FdPair ends;
  CHECK_OK(sys::socketpair(sys::kAF_UNIX, sys::kSOCK_STREAM | sys::kSOCK_CLOEXEC, 0, ends));
  const sys::Fd file = probe::memory_file(sys::text("passed"));

  struct Control {
    alignas(long) sys::Cmsghdr header;
    int fd;
  };
  Control sent = {{sizeof(sys::Cmsghdr) + sizeof(int), sys::kSOL_SOCKET, sys::kSCM_RIGHTS},
                  file.raw()};
  char byte[] = {'x'};
  sys::Iovec part = {byte, 1};
  sys::Msghdr message = {};
  message.iov = &part;
  message.iovlen = 1;
  message.control = &sent;
  message.controllen = sizeof(sent);
  CHECK_EQUAL(CHECK_VALUE(sys::sendmsg(ends.first, message)), 1);

  Control received = {};
  message.control = &received;
  message.controllen = sizeof(received);
  CHECK_EQUAL(CHECK_VALUE(sys::recvmsg(ends.second, message, sys::kMSG_CMSG_CLOEXEC)), 1);
  CHECK(received.header.level == sys::kSOL_SOCKET);
  CHECK_EQUAL(received.header.type, sys::kSCM_RIGHTS);
  CHECK(received.fd != file.raw());
  const sys::Fd passed = sys::Fd::adopt(received.fd);
  char contents[8] = {};
  CHECK_EQUAL(CHECK_VALUE(sys::pread64(passed, contents, 0)), 6);
  CHECK(check::equal(contents, "passed"));
}

SHARED_CASE(sockets_tell_who_is_there) {
  sys::FdPair ends;
  CHECK_OK(sys::socketpair(sys::kAF_UNIX, sys::kSOCK_SEQPACKET, 0, ends));
  sys::Ucred peer = {};
  int length = sizeof(peer);
  CHECK_OK(sys::getsockopt(ends.first, sys::kSOL_SOCKET, sys::kSO_PEERCRED, &peer, length));
  CHECK_EQUAL(length, sizeof(peer));
  CHECK_EQUAL(to_raw(peer.pid), to_raw(sys::getpid()));
  CHECK_EQUAL(to_raw(peer.uid), to_raw(sys::portable::geteuid()));
  CHECK_EQUAL(to_raw(peer.gid), to_raw(sys::portable::getegid()));
}

SHARED_CASE(sockets_have_options_and_addresses) {
  auto made = sys::socket(sys::kAF_INET, sys::kSOCK_STREAM | sys::kSOCK_CLOEXEC);
  if (made.failed_with(sys::kEAFNOSUPPORT)) return;
  CHECK_OK(made);
  const sys::Fd socket = made.take();
  const int on = 1;
  CHECK_OK(sys::setsockopt(socket, sys::kSOL_SOCKET, sys::kSO_REUSEADDR, sys::bytes_of(on)));
  CHECK_OK(sys::setsockopt(socket, sys::kSOL_TCP, sys::kTCP_NODELAY, sys::bytes_of(on)));
  int told = 0;
  int length = sizeof(told);
  CHECK_OK(sys::getsockopt(socket, sys::kSOL_TCP, sys::kTCP_NODELAY, &told, length));
  CHECK_EQUAL(length, sizeof(told));
  CHECK(told != 0);
  CHECK_OK(sys::bind(socket, sys::bytes_of(sys::ipv4_address({0, 0, 0, 0}, 0))));
  sys::SockaddrIn address{};
  length = sizeof(address);
  CHECK_OK(sys::getsockname(socket, &address, length));
  CHECK_EQUAL(length, sizeof(address));
  CHECK_EQUAL(address.family, static_cast<unsigned>(sys::kAF_INET));
  CHECK(sys::from_network(address.port) != 0);
}

SHARED_CASE(timers_are_waited_for) {
  const auto made = sys::timerfd_create(sys::kCLOCK_MONOTONIC, sys::kTFD_CLOEXEC);
  CHECK_OK(made);
  sys::Itimerspec value{};
  value.value.nsec = 1;
  CHECK_OK(sys::portable::timerfd_settime(made.borrow(), {}, value));
  uint64_t ends = 0;
  CHECK_EQUAL(CHECK_VALUE(sys::read(made.borrow(), sys::mutable_bytes_of(ends))), sizeof(ends));
  CHECK_EQUAL(ends, 1);
  sys::Itimerspec now{};
  CHECK_OK(sys::portable::timerfd_gettime(made.borrow(), now));
  CHECK(now.value.sec == 0 && now.value.nsec == 0);
}
