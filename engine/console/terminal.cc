// SPDX-License-Identifier: Apache-2.0
#include "engine/console/console.h"
#include "engine/rt/descriptor_path.h"
#include "engine/rt/rooted.h"
#include "syscalls/sys.h"

namespace nosc::console {
namespace {

Failure terminal_failure(Operation operation, sys::Errno error) {
  return fail(Step::kTerminal, operation, error);
}

// A message of one byte that carries one descriptor, for sending and for receiving.
class DescriptorMessage {
 public:
  DescriptorMessage() {
    vector_ = {.base = &byte_, .len = sizeof byte_};
    message_.iov = &vector_;
    message_.iovlen = 1;
    message_.control = &control_;
    message_.controllen = sizeof control_;
    control_.head = {.len = offsetof(Control, fd) + sizeof control_.fd,
                     .level = sys::kSOL_SOCKET,
                     .type = sys::kSCM_RIGHTS};
  }
  DescriptorMessage(const DescriptorMessage&) = delete;
  DescriptorMessage& operator=(const DescriptorMessage&) = delete;

  sys::Msghdr& header() { return message_; }
  void set_fd(int fd) { control_.fd = fd; }

  // The descriptor received, or -1 if the message has another content.
  int received_fd() const {
    const bool right = message_.controllen >= control_.head.len &&
                       control_.head.len == offsetof(Control, fd) + sizeof control_.fd &&
                       control_.head.level == sys::kSOL_SOCKET &&
                       control_.head.type == sys::kSCM_RIGHTS;
    return right ? control_.fd : -1;
  }

 private:
  struct Control {
    sys::Cmsghdr head;
    int fd;
  };

  char byte_ = 0;
  Control control_{};
  sys::Iovec vector_{};
  sys::Msghdr message_{};
};

Failure set_size(sys::BorrowedFd terminal, TerminalSize size) {
  if (size.rows == 0) return {};
  sys::Winsize window{};
  window.row = size.rows;
  window.col = size.columns;
  const auto set = sys::ioctl(terminal, sys::kTIOCSWINSZ, &window);
  return set ? Failure{} : terminal_failure(Operation::kSet, set.error());
}

// Opens the container's ptmx, after making sure that it is one: an image without a devpts mount
// could have any device node in that place.
Failure open_master(sys::BorrowedFd root, sys::Fd& master) {
  const auto found =
      rt::open_beneath(root, "/dev/pts/ptmx", sys::kO_PATH | sys::kO_CLOEXEC, rt::Links::kRefuse);
  if (!found) return terminal_failure(Operation::kOpen, found.error());
  sys::Statfs status;
  const auto asked = sys::portable::fstatfs(found.borrow(), status);
  if (!asked) return terminal_failure(Operation::kStat, asked.error());
  if (static_cast<uint32_t>(status.type) != sys::kDEVPTS_SUPER_MAGIC) {
    return terminal_failure(Operation::kVerify, sys::kENODEV);
  }
  auto opened = sys::openat(sys::kCwd, DescriptorPath(found.borrow()).path(),
                            sys::kO_RDWR | sys::kO_NOCTTY | sys::kO_CLOEXEC);
  if (!opened) return terminal_failure(Operation::kOpen, opened.error());
  master = opened.take();
  return {};
}

}  // namespace

bool is_terminal(sys::BorrowedFd fd, TerminalSize& size) {
  sys::Winsize window{};
  if (!sys::ioctl(fd, sys::kTIOCGWINSZ, &window)) return false;
  size = {window.row, window.col};
  return true;
}

Failure open_terminal(sys::BorrowedFd root, TerminalSize size, sys::Fd& master, sys::Fd& peer) {
  TRY_STEP(open_master(root, master));
  int unlocked = 0;
  const auto lock = sys::ioctl(master, sys::kTIOCSPTLCK, &unlocked);
  if (!lock) return terminal_failure(Operation::kSet, lock.error());
  constexpr auto kPeerFlags = sys::kO_RDWR | sys::kO_NOCTTY | sys::kO_CLOEXEC;
  const auto taken = sys::ioctl(master, sys::kTIOCGPTPEER, static_cast<int>(kPeerFlags.bits()));
  if (!taken) return terminal_failure(Operation::kOpen, taken.error());
  peer = sys::Fd::adopt(*taken);
  return set_size(peer, size);
}

Failure send_terminal(sys::BorrowedFd socket, sys::BorrowedFd master) {
  DescriptorMessage message;
  message.set_fd(master.raw());
  const auto sent = sys::sendmsg(socket, message.header(), sys::kMSG_NOSIGNAL);
  return sent ? Failure{} : terminal_failure(Operation::kWrite, sent.error());
}

Failure apply_terminal(sys::BorrowedFd peer) {
  const auto controlling = sys::ioctl(peer, sys::kTIOCSCTTY);
  if (!controlling) return terminal_failure(Operation::kSet, controlling.error());
  for (int stream = 0; stream < 3; ++stream) {
    const auto copied = sys::dup3(peer, stream);
    if (!copied) return terminal_failure(Operation::kSet, copied.error());
  }
  return {};
}

Result<sys::Fd> receive_terminal(sys::BorrowedFd socket) {
  DescriptorMessage message;
  TRY_SYS("receive", "terminal", sys::recvmsg(socket, message.header(), sys::kMSG_CMSG_CLOEXEC));
  const int fd = message.received_fd();
  if (fd < 0) return system_error("receive", "terminal", sys::kEBADF);
  return sys::Fd::adopt(fd);
}

}  // namespace nosc::console
