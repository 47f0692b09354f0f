// SPDX-License-Identifier: Apache-2.0
//
// Makes calls of every kind of argument that the decoder knows, some of which fail: what
// strace_test compares two tracers by. Memory is static, so that its addresses are the same each
// time.
#include "syscalls/freestanding/start.h"
#include "syscalls/sys.h"

namespace {

char buffer[64];
sys::Statx status;
sys::Utsname names;
sys::Rlimit64 limit;
sys::Sigset signals;
sys::EpollEvent event;

void use_files() {
  const auto opened = sys::openat(sys::kCwd, "/dev/zero", sys::kO_RDONLY | sys::kO_CLOEXEC);
  const sys::BorrowedFd zero = opened.borrow();
  (void)sys::read(zero, sys::MutableBytes(buffer, 8));
  (void)sys::pread64(zero, sys::MutableBytes(buffer, 4), 4096);
  (void)sys::lseek(zero, -1, sys::kSEEK_CUR);
  (void)sys::statx(zero, "", sys::kAT_EMPTY_PATH, sys::kSTATX_MODE | sys::kSTATX_SIZE, status);
  (void)sys::fcntl(zero, sys::kF_GETFD);
  (void)sys::fcntl(zero, sys::kF_SETFD, sys::kFD_CLOEXEC);
  (void)sys::fallocate(zero, sys::kFALLOC_FL_KEEP_SIZE, 0, 4096);
  (void)sys::openat(sys::kCwd, "/no/such\n", sys::kO_WRONLY | sys::kO_CREAT | sys::kO_EXCL,
                    sys::kS_IRUSR);
  (void)sys::mkdirat(sys::kCwd, "/dev/null/folder", sys::kS_IRWXU);
  (void)sys::unlinkat(sys::kCwd, "/no/such", sys::kAT_REMOVEDIR);
  (void)sys::faccessat(sys::kCwd, "/", sys::kR_OK | sys::kX_OK);
  (void)sys::readlinkat(sys::kCwd, "/no/such", sys::MutableBytes(buffer, 16));
  (void)sys::renameat2(sys::kCwd, "/no/such", sys::kCwd, "/no/other", sys::kRENAME_NOREPLACE);
  sys::FdPair ends;
  (void)sys::pipe2(ends, sys::kO_CLOEXEC | sys::kO_NONBLOCK);
  (void)sys::memfd_create("some", sys::kMFD_CLOEXEC | sys::kMFD_ALLOW_SEALING);
  (void)sys::close_range(900, 901, sys::kCLOSE_RANGE_CLOEXEC);
  (void)sys::flock(zero, sys::kLOCK_SH | sys::kLOCK_NB);
}

void use_processes() {
  (void)sys::getpid();
  (void)sys::uname(names);
  (void)sys::umask(sys::kS_IWGRP | sys::kS_IWOTH);
  (void)sys::prctl(sys::kPR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  (void)sys::prlimit64(sys::Pid{0}, sys::kRLIMIT_NOFILE, nullptr, &limit);
  (void)sys::rt_sigprocmask(sys::kSIG_BLOCK, nullptr, &signals);
  // No process has this id: the kernel gives out none above 2^22.
  (void)sys::kill(sys::Pid{1 << 30}, sys::kSIGTERM);
  (void)sys::kill(sys::Pid{1 << 30}, sys::Signal{0});
  (void)sys::kill(sys::Pid{1 << 30}, sys::Signal{sys::kSIGRTMIN + 3});
  (void)sys::setns(sys::BorrowedFd::from_raw(-1), sys::kCLONE_NEWNET);
  (void)sys::wait4(sys::Pid{-1}, nullptr, sys::kWNOHANG);
  (void)sys::sched_yield();
}

void use_memory() {
  (void)sys::mmap(nullptr, 4096, sys::kPROT_READ | sys::kPROT_WRITE,
                  sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS, sys::BorrowedFd::from_raw(-1), 0);
  (void)sys::mprotect(nullptr, 0, sys::kPROT_NONE);
  (void)sys::madvise(nullptr, 0, sys::kMADV_DONTNEED);
}

void use_sockets() {
  const auto made = sys::socket(sys::kAF_UNIX, sys::kSOCK_STREAM | sys::kSOCK_CLOEXEC);
  const sys::BorrowedFd socket = made.borrow();
  (void)sys::listen(socket, 5);
  (void)sys::shutdown(socket, sys::kSHUT_WR);
  const auto set = sys::epoll_create1(sys::kEPOLL_CLOEXEC);
  event.events = sys::kEPOLLIN;
  (void)sys::epoll_ctl(set.borrow(), sys::kEPOLL_CTL_ADD, socket, &event);
  (void)sys::eventfd2(3, sys::kEFD_NONBLOCK);
}

}  // namespace

int sys_main(int, char**, char**) {
  use_files();
  use_processes();
  use_memory();
  use_sockets();
  return 7;
}
