// SPDX-License-Identifier: Apache-2.0
//
// Flags of one call given to another one that shares the kernel's family with it; see
// descriptors.cc for how to read this.
#include "syscalls/sys.h"

namespace {

char buffer[8];
sys::FdPair pair;

// Flags of open that others take too, and no more than those.
[[maybe_unused]] void flags_of_open(sys::BorrowedFd fd) {
  (void)sys::pipe2(pair, sys::kO_CLOEXEC | sys::kO_NONBLOCK);
  (void)sys::pipe2(pair, sys::kO_CLOEXEC | sys::kO_NOTIFICATION_PIPE);
  // O_EXCL is the same bit as O_NOTIFICATION_PIPE, and not the same flag.
  (void)sys::pipe2(pair, sys::kO_EXCL);                    // refused-error {{no viable conversion}}
  (void)sys::pipe2(pair, sys::kO_PATH);                    // refused-error {{no viable conversion}}
  (void)sys::pipe2(pair, sys::kO_CLOEXEC | sys::kO_RDWR);  // refused-error {{no viable conversion}}
  (void)sys::dup3(fd, 9, sys::kO_CLOEXEC);
  (void)sys::dup3(fd, 9, sys::kO_NONBLOCK);  // refused-error {{no viable conversion}}
  (void)sys::userfaultfd(sys::kO_CLOEXEC | sys::kO_NONBLOCK);
  (void)sys::userfaultfd(sys::kO_CLOEXEC | sys::kUFFD_USER_MODE_ONLY);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::openat(fd, "/", sys::kUFFD_USER_MODE_ONLY);
  (void)sys::userfaultfd(sys::kO_APPEND);  // refused-error {{no viable conversion}}
  (void)sys::delete_module("none", sys::kO_NONBLOCK);
  (void)sys::delete_module("none", sys::kO_CLOEXEC);  // refused-error {{no viable conversion}}
  (void)sys::mq_open("none", sys::kO_RDWR | sys::kO_CREAT);
  (void)sys::mq_open("none", sys::kO_DIRECTORY);  // refused-error {{no viable conversion}}
  (void)sys::fanotify_init(sys::kFAN_CLOEXEC, sys::kO_RDONLY);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::fanotify_init(sys::kFAN_CLOEXEC, sys::kO_CREAT);
  // A set that may hold anything goes nowhere but to open.
  const sys::OpenFlags any = sys::kO_CLOEXEC;
  (void)sys::openat(sys::kCwd, "/", any);
  (void)sys::dup3(fd, 9, any);  // refused-error {{no viable conversion}}
}

// AT_EACCESS and AT_REMOVEDIR are the same bit, and not the same flag.
[[maybe_unused]] void flags_beside_a_path(sys::BorrowedFd fd) {
  (void)sys::unlinkat(fd, "x", sys::kAT_REMOVEDIR);
  (void)sys::unlinkat(fd, "x", sys::kAT_EACCESS);  // refused-error {{no viable conversion}}
  (void)sys::faccessat2(fd, "x", sys::kR_OK, sys::kAT_EACCESS);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::faccessat2(fd, "x", sys::kR_OK, sys::kAT_REMOVEDIR);
  (void)sys::linkat(fd, "x", fd, "y", sys::kAT_SYMLINK_FOLLOW);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::linkat(fd, "x", fd, "y", sys::kAT_SYMLINK_NOFOLLOW);
  (void)sys::fchmodat2(fd, "x", sys::kS_IRUSR, sys::kAT_SYMLINK_NOFOLLOW);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::fchmodat2(fd, "x", sys::kS_IRUSR, sys::kAT_SYMLINK_FOLLOW);
  (void)sys::fchownat(fd, "x", sys::Uid{0}, sys::Gid{0}, sys::kAT_EMPTY_PATH);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::fchownat(fd, "x", sys::Uid{0}, sys::Gid{0}, sys::kAT_REMOVEDIR);
  (void)sys::portable::utimensat(fd, "x", nullptr, sys::kAT_SYMLINK_NOFOLLOW);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::portable::utimensat(fd, "x", nullptr, sys::kAT_RECURSIVE);
  (void)sys::execveat(fd, "", nullptr, nullptr, sys::kAT_EMPTY_PATH);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::execveat(fd, "", nullptr, nullptr, sys::kAT_NO_AUTOMOUNT);
  (void)sys::execveat(fd, "", nullptr, nullptr, sys::kAT_EMPTY_PATH | sys::kAT_EXECVE_CHECK);
  sys::FileHandle handle{};
  int mount_id = 0;
  (void)sys::name_to_handle_at(fd, "", handle, &mount_id,
                               sys::kAT_EMPTY_PATH | sys::kAT_HANDLE_FID);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::name_to_handle_at(fd, "", handle, &mount_id, sys::kAT_REMOVEDIR);
}

[[maybe_unused]] void flags_of_statuses_and_trees(sys::BorrowedFd fd, sys::Statx& status,
                                                  const sys::MountAttr& attributes) {
  (void)sys::statx(fd, "", sys::kAT_EMPTY_PATH | sys::kAT_STATX_DONT_SYNC, sys::kSTATX_MODE,
                   status);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::statx(fd, "", sys::kAT_RECURSIVE, sys::kSTATX_MODE, status);
  (void)sys::open_tree(fd, "", sys::kOPEN_TREE_CLONE | sys::kAT_RECURSIVE);
  (void)sys::open_tree(fd, "", sys::kAT_SYMLINK_FOLLOW);  // refused-error {{no viable conversion}}
  (void)sys::mount_setattr(fd, "", sys::kAT_RECURSIVE, attributes);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::mount_setattr(fd, "", sys::kAT_REMOVEDIR, attributes);
  (void)sys::listxattrat(fd, "", sys::kAT_EMPTY_PATH, buffer);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::listxattrat(fd, "", sys::kAT_SYMLINK_FOLLOW, buffer);
}

[[maybe_unused]] void flags_of_sockets(sys::BorrowedFd fd) {
  (void)sys::socket(sys::kAF_UNIX, sys::kSOCK_STREAM | sys::kSOCK_CLOEXEC);
  (void)sys::accept4(fd, nullptr, nullptr, sys::kSOCK_CLOEXEC);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::accept4(fd, nullptr, nullptr, sys::kSOCK_STREAM);
  (void)sys::sendto(fd, buffer, sys::kMSG_NOSIGNAL);
  (void)sys::sendto(fd, buffer, sys::kMSG_PEEK);  // refused-error {{no viable conversion}}
  (void)sys::recvfrom(fd, buffer, sys::kMSG_PEEK | sys::kMSG_DONTWAIT);
  (void)sys::recvfrom(fd, buffer, sys::kMSG_NOSIGNAL);  // refused-error {{no viable conversion}}
  (void)sys::recvmmsg(fd, {}, sys::kMSG_WAITFORONE | sys::kMSG_DONTWAIT);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::recvfrom(fd, buffer, sys::kMSG_WAITFORONE);
}

// MSG_STAT, GETPID and SHM_LOCK are the same number.
[[maybe_unused]] void commands_of_ipc(int id) {
  (void)sys::msgctl(id, sys::kIPC_RMID);
  (void)sys::msgctl(id, sys::kMSG_STAT, buffer);
  (void)sys::msgctl(id, sys::kGETPID);  // refused-error {{no viable conversion}}
  (void)sys::semctl(id, 0, sys::kIPC_RMID);
  (void)sys::semctl(id, 0, sys::kGETPID);
  (void)sys::semctl(id, 0, sys::kSHM_LOCK);  // refused-error {{no matching function}}
  (void)sys::shmctl(id, sys::kIPC_RMID);
  (void)sys::shmctl(id, sys::kSHM_LOCK);
  (void)sys::shmctl(id, sys::kMSG_STAT);  // refused-error {{no viable conversion}}
}

[[maybe_unused]] void flags_of_processes(sys::BorrowedFd fd) {
  (void)sys::unshare(sys::kCLONE_FILES | sys::kCLONE_NEWNS);
  (void)sys::unshare(sys::kCLONE_PIDFD);  // refused-error {{no viable conversion}}
  (void)sys::setns(fd, sys::kCLONE_NEWNET);
  (void)sys::setns(fd, sys::kCLONE_FILES);  // refused-error {{no viable conversion}}
  (void)sys::portable::wait4(sys::Pid{1}, nullptr, sys::kWNOHANG | sys::kWUNTRACED);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::portable::wait4(sys::Pid{1}, nullptr, sys::kWEXITED);
  (void)sys::waitid(sys::kP_ALL, 0, nullptr, sys::kWEXITED | sys::kWNOWAIT);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::waitid(sys::kP_ALL, 0, nullptr, sys::kWUNTRACED);
}

[[maybe_unused]] void flags_of_transfers(sys::BorrowedFd fd, sys::Span<const sys::Iovec> vectors) {
  (void)sys::preadv2(fd, vectors, 0, sys::kRWF_NOWAIT);
  (void)sys::preadv2(fd, vectors, 0, sys::kRWF_APPEND);  // refused-error {{no viable conversion}}
  (void)sys::pwritev2(fd, vectors, 0, sys::kRWF_APPEND);
  (void)sys::tee(fd, fd, 1, sys::kSPLICE_F_NONBLOCK);
  (void)sys::tee(fd, fd, 1, sys::kSPLICE_F_GIFT);  // refused-error {{no viable conversion}}
  (void)sys::vmsplice(fd, vectors, sys::kSPLICE_F_GIFT);
  (void)sys::mprotect(buffer, 1, sys::kPROT_READ | sys::kPROT_GROWSDOWN);
  const auto grows = sys::kPROT_READ | sys::kPROT_GROWSDOWN;
  // refused-error@+1 {{no viable conversion}}
  (void)sys::portable::mmap(nullptr, 1, grows, sys::kMAP_PRIVATE, fd, 0);
  (void)sys::move_pages(sys::Pid{0}, 0, nullptr, nullptr, nullptr, sys::kMPOL_MF_MOVE);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::move_pages(sys::Pid{0}, 0, nullptr, nullptr, nullptr, sys::kMPOL_MF_STRICT);
}

}  // namespace
