// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/protocol.h"

#include "engine/rt/error.h"
#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

constinit sys::BorrowedFd failure_channel = sys::BorrowedFd::from_raw(-1);

// A child that failed before it read its leave to go has reset the channel with its end. The kernel
// tells that once, before what the child had sent.
bool is_to_be_repeated(sys::Errno error) {
  return error == sys::kEINTR || error == sys::kECONNRESET;
}

bool send(sys::BorrowedFd child_end, const Failure& record) {
  return sys::sendto(child_end, sys::Bytes(&record, sizeof record), sys::kMSG_NOSIGNAL).ok();
}

void send_and_exit(const Failure& failure) {
  send_failure(failure_channel, failure);
  for (;;) (void)sys::exit_group(1);
}

}  // namespace

Channel open_channel() {
  sys::FdPair ends;
  or_fail(sys::socketpair(sys::kAF_UNIX, sys::kSOCK_SEQPACKET | sys::kSOCK_CLOEXEC, 0, ends),
          "socketpair", {});
  return Channel{.parent = std::move(ends.first), .child = std::move(ends.second)};
}

sys::Result<void> send_go(sys::BorrowedFd parent_end, const Go& go) {
  auto sent = sys::sendto(parent_end, sys::Bytes(&go, sizeof go), sys::kMSG_NOSIGNAL);
  return sys::Result<void>::from_raw(sent ? 0 : sent.raw());
}

void let_go_on(sys::BorrowedFd parent_end, const Go& go) {
  const auto sent = send_go(parent_end, go);
  if (sent.failed_with(sys::kEPIPE) || sent.failed_with(sys::kECONNRESET)) return;
  or_fail(sent, "send", "the container's set-up");
}

sys::Result<void> wait_for_go(sys::BorrowedFd child_end, Go& go) {
  for (;;) {
    auto count = sys::read(child_end, sys::MutableBytes(&go, sizeof go));
    if (count) {
      if (*count == sizeof go) return sys::Result<void>::from_raw(0);
      return sys::kEPIPE;
    }
    if (count.error() != sys::kEINTR) return count.error();
  }
}

void report_failures_to(sys::BorrowedFd child_end) {
  failure_channel = child_end;
  set_step_failure_handler(send_and_exit);
}

void send_event(sys::BorrowedFd child_end, Event event, sys::Pid pid) {
  Failure record;
  record.error = static_cast<uint16_t>(event);
  record.index = static_cast<uint32_t>(pid);
  if (send(child_end, record)) return;
  for (;;) (void)sys::exit_group(1);
}

void send_failure(sys::BorrowedFd child_end, const Failure& failure) {
  // When the parent is gone there is nobody to tell.
  (void)send(child_end, failure);
}

bool message_is_next(sys::BorrowedFd parent_end) {
  char bytes[sizeof(Failure)];
  for (;;) {
    auto count = sys::recvfrom(parent_end, bytes, sys::kMSG_PEEK);
    if (!count && is_to_be_repeated(count.error())) continue;
    const size_t size = or_fail(count, "read", "the container's set-up");
    return size == 0 || size == sizeof bytes;
  }
}

Message receive(sys::BorrowedFd parent_end) {
  for (;;) {
    Message message;
    auto count = sys::read(parent_end, sys::MutableBytes(&message.failure, sizeof message.failure));
    if (!count && is_to_be_repeated(count.error())) continue;
    const size_t size = or_fail(count, "read", "the container's set-up");
    if (size == 0) {
      message.event = Event::kExecuted;
      return message;
    }
    if (size != sizeof message.failure) {
      fail_system("read", "the container's set-up", sys::kEBADMSG);
    }
    if (!message.failure.failed()) message.event = static_cast<Event>(message.failure.error);
    message.pid = static_cast<sys::Pid>(message.failure.index);
    return message;
  }
}

}  // namespace nosc::launch
