// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/protocol.h"

#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

constexpr unsigned char kGo[1] = {'g'};

}  // namespace

Result<Channel> open_channel() {
  sys::FdPair ends;
  TRY_SYS("socketpair", {},
          sys::socketpair(sys::kAF_UNIX, sys::kSOCK_SEQPACKET | sys::kSOCK_CLOEXEC, 0, ends));
  return Channel{.parent = std::move(ends.first), .child = std::move(ends.second)};
}

sys::Result<void> send_go(sys::BorrowedFd parent_end) {
  auto sent = sys::sendto(parent_end, kGo, sys::kMSG_NOSIGNAL);
  return sys::Result<void>::from_raw(sent ? 0 : sent.raw());
}

sys::Result<void> wait_for_go(sys::BorrowedFd child_end) {
  char byte[1];
  for (;;) {
    auto count = sys::read(child_end, byte);
    if (count) {
      if (*count == 1) return sys::Result<void>::from_raw(0);
      return sys::kEPIPE;
    }
    if (count.error() != sys::kEINTR) return count.error();
  }
}

void send_event(sys::BorrowedFd child_end, Event event, sys::Pid pid) {
  Failure record;
  record.error = static_cast<uint16_t>(event);
  record.index = static_cast<uint32_t>(pid);
  send_failure(child_end, record);
}

void send_failure(sys::BorrowedFd child_end, const Failure& failure) {
  // When the parent is gone there is nobody to tell.
  (void)sys::sendto(child_end, sys::Bytes(&failure, sizeof failure), sys::kMSG_NOSIGNAL);
}

Result<bool> message_is_next(sys::BorrowedFd parent_end) {
  char bytes[sizeof(Failure)];
  for (;;) {
    auto count = sys::recvfrom(parent_end, bytes, sys::kMSG_PEEK);
    if (count) return *count == 0 || *count == sizeof bytes;
    if (count.error() != sys::kEINTR) {
      return system_error("read", "the container's set-up", count.error());
    }
  }
}

Result<Message> receive(sys::BorrowedFd parent_end) {
  for (;;) {
    Message message;
    auto count = sys::read(parent_end, sys::MutableBytes(&message.failure, sizeof message.failure));
    if (!count) {
      if (count.error() == sys::kEINTR) continue;
      return system_error("read", "the container's set-up", count.error());
    }
    if (*count == 0) {
      message.event = Event::kExecuted;
      return message;
    }
    if (!message.failure.failed()) message.event = static_cast<Event>(message.failure.error);
    message.pid = static_cast<sys::Pid>(message.failure.index);
    return message;
  }
}

}  // namespace nosc::launch
