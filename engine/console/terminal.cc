// SPDX-License-Identifier: Apache-2.0
#include "engine/console/console.h"
#include "engine/rt/descriptor_message.h"
#include "engine/rt/descriptor_path.h"
#include "engine/rt/error.h"
#include "engine/rt/rooted.h"
#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::console {
namespace {

void check_devpts(sys::BorrowedFd file) {
  sys::Statfs status;
  or_fail(sys::portable::fstatfs(file, status), Operation::kStat);
  if (static_cast<uint32_t>(status.type) != sys::kDEVPTS_SUPER_MAGIC) {
    fail_step(Operation::kVerify, sys::kENODEV);
  }
}

// Opens the container's ptmx, after making sure that it is one: an image without a devpts mount
// could have any device node in that place. No name of the container's /proc is used for it, for
// that may be anybody's.
sys::Fd open_master(sys::BorrowedFd root) {
  const sys::Fd directory =
      or_fail(rt::open_beneath(root, "/dev/pts", sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC,
                               rt::Links::kRefuse),
              Operation::kOpen);
  check_devpts(directory);
  sys::Fd master = or_fail(sys::openat(directory, "ptmx",
                                       sys::kO_RDWR | sys::kO_NOCTTY | sys::kO_NOFOLLOW |
                                           sys::kO_NONBLOCK | sys::kO_CLOEXEC),
                           Operation::kOpen);
  check_devpts(master);  // something else may be mounted on the file
  or_fail(sys::portable::fcntl(master, sys::kF_SETFL, sys::kO_RDWR.bits()), Operation::kSet);
  return master;
}

// What is at the name may be made by the image: never followed, never opened.
void bind_console(sys::BorrowedFd root, sys::BorrowedFd peer) {
  const sys::Fd dev =
      or_fail(rt::open_beneath(root, "/dev", sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC),
              Operation::kOpen);
  const auto made = sys::openat(
      dev, "console",
      sys::kO_CREAT | sys::kO_EXCL | sys::kO_NOFOLLOW | sys::kO_RDONLY | sys::kO_CLOEXEC,
      sys::Mode::from_bits(0600));
  if (!made && !made.failed_with(sys::kEEXIST)) fail_step(Operation::kCreate, made.error());
  const sys::Fd target =
      or_fail(sys::openat(dev, "console", sys::kO_PATH | sys::kO_NOFOLLOW | sys::kO_CLOEXEC),
              Operation::kOpen);
  sys::Statx status;
  or_fail(sys::statx(target, "", sys::kAT_EMPTY_PATH, sys::kSTATX_TYPE, status), Operation::kStat);
  if ((status.mode & sys::kS_IFMT.bits()) == sys::kS_IFLNK.bits()) {
    fail_step(Operation::kVerify, sys::kELOOP);
  }
  or_fail(sys::mount(DescriptorPath(peer).path(), DescriptorPath(target).path(), nullptr,
                     sys::kMS_BIND, nullptr),
          Operation::kBind);
}

// For a terminal that nosc relays: no carriage returns are added, so that what goes to a file or a
// pipe is what the program wrote; a terminal on which it is shown adds its own.
void keep_line_ends(sys::BorrowedFd terminal) {
  sys::Termios modes;
  or_fail(sys::ioctl(terminal, sys::kTCGETS, &modes), Operation::kSet);
  modes.oflag &= ~sys::kONLCR;
  or_fail(sys::ioctl(terminal, sys::kTCSETS, &modes), Operation::kSet);
}

}  // namespace

bool is_terminal(sys::BorrowedFd fd, TerminalSize& size) {
  sys::Winsize window{};
  if (!sys::ioctl(fd, sys::kTIOCGWINSZ, &window)) return false;
  size = {window.row, window.col};
  return true;
}

void open_terminal(sys::BorrowedFd root, TerminalSize size, sys::Fd& master, sys::Fd& peer) {
  begin_step(Step::kTerminal);
  master = open_master(root);
  int unlocked = 0;
  or_fail(sys::ioctl(master, sys::kTIOCSPTLCK, &unlocked), Operation::kSet);
  constexpr auto kPeerFlags = sys::kO_RDWR | sys::kO_NOCTTY | sys::kO_CLOEXEC;
  peer = sys::Fd::adopt(
      or_fail(sys::ioctl(master, sys::kTIOCGPTPEER, static_cast<int>(kPeerFlags.bits())),
              Operation::kOpen));
  if (size.rows == 0) return;
  sys::Winsize window{};
  window.row = size.rows;
  window.col = size.columns;
  or_fail(sys::ioctl(peer, sys::kTIOCSWINSZ, &window), Operation::kSet);
}

sys::Result<void> send_descriptor(sys::BorrowedFd socket, sys::BorrowedFd fd,
                                  std::string_view text) {
  char byte = 0;
  // The call only reads what the message points at.
  DescriptorMessage message(text.empty()
                                ? sys::MutableBytes(&byte, sizeof byte)
                                : sys::MutableBytes(const_cast<char*>(text.data()), text.size()));
  message.set_fd(fd.raw());
  const auto sent = sys::sendmsg(socket, message.header(), sys::kMSG_NOSIGNAL);
  return sent ? sys::Errno{} : sent.error();
}

void send_terminal(sys::BorrowedFd socket, sys::BorrowedFd master) {
  or_fail(send_descriptor(socket, master), Operation::kWrite);
}

sys::Fd make_terminal(sys::BorrowedFd root, const TerminalUse& use) {
  sys::Fd master;
  sys::Fd peer;
  open_terminal(root, use.size, master, peer);
  (void)sys::portable::fchown(peer, use.user, sys::kKeepGid);
  if (use.is_console) bind_console(root, peer);
  if (use.is_relayed) keep_line_ends(peer);
  send_terminal(use.receiver, master);
  return peer;
}

void take_terminal(sys::BorrowedFd peer) {
  begin_step(Step::kTerminal);
  or_fail(sys::ioctl(peer, sys::kTIOCSCTTY), Operation::kSet);
}

void apply_terminal(sys::BorrowedFd peer) {
  begin_step(Step::kTerminal);
  for (int stream = 0; stream < 3; ++stream) or_fail(sys::dup3(peer, stream), Operation::kSet);
}

sys::Fd receive_terminal(sys::BorrowedFd socket) {
  char byte = 0;
  DescriptorMessage message(sys::MutableBytes(&byte, sizeof byte));
  auto received = sys::recvmsg(socket, message.header(), sys::kMSG_CMSG_CLOEXEC);
  // Told once of a sender that ended with something unread; what it sent is still there.
  if (received.failed_with(sys::kECONNRESET)) {
    received = sys::recvmsg(socket, message.header(), sys::kMSG_CMSG_CLOEXEC);
  }
  or_fail(received, "receive", "terminal");
  const int fd = message.received_fd();
  if (fd < 0) fail_system("receive", "terminal", sys::kEBADF);
  return sys::Fd::adopt(fd);
}

}  // namespace nosc::console
