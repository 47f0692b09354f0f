// SPDX-License-Identifier: Apache-2.0
//
// What is done where the kernel lacks a newer call: with the call as the kernel (or the emulator)
// has it, by the other way alone, and with the call forced to be missing by a filter.

#include "syscalls/numbers.h"
#include "syscalls/sys/fallback.h"
#include "tests/arch/probes/support.h"

namespace {

// Makes a call fail with ENOSYS for this process; skips the case where filters are not to be had.
void take_away(int number) {
  const auto code = [](auto... parts) { return static_cast<uint16_t>((parts | ...)); };
  constexpr auto kReturn = sys::kBPF_RET | sys::kBPF_K;
  const sys::SockFilter program[] = {
      {code(sys::kBPF_LD, sys::kBPF_W, sys::kBPF_ABS), 0, 0, 0},
      {code(sys::kBPF_JMP, sys::kBPF_JEQ, sys::kBPF_K), 0, 1, static_cast<uint32_t>(number)},
      {code(kReturn), 0, 0,
       static_cast<uint32_t>(sys::kSECCOMP_RET_ERRNO) |
           static_cast<uint32_t>(sys::kENOSYS.value())},
      {code(kReturn), 0, 0, static_cast<uint32_t>(sys::kSECCOMP_RET_ALLOW)},
  };
  const sys::SockFprog filter = {4, program};
  CHECK_OK(sys::prctl(sys::kPR_SET_NO_NEW_PRIVS, 1));
  const auto set = sys::seccomp(sys::kSECCOMP_SET_MODE_FILTER, {}, &filter);
  if (!set.ok()) check::skip_error("seccomp", set.error());
}

bool is_open(int raw) {
  return sys::portable::fcntl(sys::BorrowedFd::from_raw(raw), sys::kF_GETFD).ok();
}

bool is_marked(int raw) {
  return *sys::portable::fcntl(sys::BorrowedFd::from_raw(raw), sys::kF_GETFD) == sys::kFD_CLOEXEC;
}

using Closer = sys::Result<void>(unsigned first, unsigned last, sys::CloseRangeFlags flags);

void expect_closed(Closer* close) {
  const sys::Fd file = probe::memory_file({});
  for (int raw = 123; raw < 127; ++raw) CHECK_OK(sys::dup3(file, raw));
  CHECK_OK(close(124, 125, sys::kCLOSE_RANGE_CLOEXEC));
  CHECK(!is_marked(123) && is_marked(124) && is_marked(125) && !is_marked(126));
  CHECK_OK(close(124, 125, {}));
  CHECK(is_open(123) && !is_open(124) && !is_open(125) && is_open(126));
  CHECK_OK(close(123, ~0u, {}));
  CHECK(!is_open(123) && !is_open(126) && is_open(file.raw()));
}

using Opener = sys::Result<sys::Fd>(sys::BorrowedFd, sys::CStr, sys::OpenFlags, sys::Mode);

void expect_beneath(Opener* open) {
  const probe::Folder folder;
  CHECK_OK(sys::mkdirat(folder.fd(), "in", probe::mode(0700)));
  CHECK_OK(sys::symlinkat("in", folder.fd(), "link"));
  const auto create = sys::kO_RDWR | sys::kO_CREAT | sys::kO_CLOEXEC;
  CHECK_OK(open(folder.fd(), "in//file", create, probe::mode(0640)));
  sys::Statx status = {};
  CHECK_OK(sys::statx(folder.fd(), "in/file", {}, sys::kSTATX_BASIC_STATS, status));
  CHECK_EQUAL(status.mode & 0777, 0640);
  CHECK_OK(open(folder.fd(), "in/", sys::kO_PATH, {}));
  CHECK_OK(open(folder.fd(), ".", sys::kO_PATH, {}));
  CHECK_ERROR(sys::kENOTDIR, open(folder.fd(), "in/file/", sys::kO_PATH, {}));
  CHECK_ERROR(sys::kENOENT, open(folder.fd(), "", sys::kO_PATH, {}));
  CHECK_ERROR(sys::kENOENT, open(folder.fd(), "in/none", sys::kO_RDONLY, {}));
  CHECK_ERROR(sys::kEXDEV, open(folder.fd(), "in/../in", sys::kO_PATH, {}));
  CHECK_ERROR(sys::kEXDEV, open(folder.fd(), "/", sys::kO_PATH, {}));
  CHECK_ERROR(sys::kELOOP, open(folder.fd(), "link", sys::kO_RDONLY, {}));
  const auto through = open(folder.fd(), "link/file", sys::kO_RDONLY, {});
  CHECK(through.failed_with(sys::kELOOP) || through.failed_with(sys::kENOTDIR));
  CHECK_OK(sys::unlinkat(folder.fd(), "in/file"));
  CHECK_OK(sys::unlinkat(folder.fd(), "in", sys::kAT_REMOVEDIR));
  folder.remove("link");
}

using Cloner = sys::Result<sys::Pid>(const sys::CloneArgs& arguments);

void expect_child(Cloner* clone) {
  static int child_tid;
  sys::CloneArgs arguments = {};
  arguments.flags = sys::kCLONE_CHILD_SETTID;
  arguments.exit_signal = static_cast<uint64_t>(sys::kSIGCHLD);
  arguments.child_tid = sys::address_of(&child_tid);
  const sys::Pid pid = CHECK_VALUE(clone(arguments));
  if (pid == sys::Pid{0}) sys::exit_group(child_tid == to_raw(sys::gettid()) ? 42 : 1);
  CHECK_EQUAL(probe::wait_for(pid), 42 << 8);
}

}  // namespace

TEST_CASE(close_range_or_what_stands_for_it) { expect_closed(sys::fallback::close_range); }

TEST_CASE(close_each_reads_the_list) { expect_closed(sys::fallback::close_each); }

TEST_CASE(close_range_is_missing) {
  take_away(sys::nr::kclose_range);
  CHECK_ERROR(sys::kENOSYS, sys::close_range(200, 201, {}));
  expect_closed(sys::fallback::close_range);
}

TEST_CASE(open_beneath_or_what_stands_for_it) { expect_beneath(sys::fallback::open_beneath); }

TEST_CASE(walk_beneath_goes_by_components) { expect_beneath(sys::fallback::walk_beneath); }

TEST_CASE(openat2_is_missing) {
  take_away(sys::nr::kopenat2);
  CHECK_ERROR(sys::kENOSYS, sys::openat2(sys::kCwd, "/", sys::OpenHow{}));
  expect_beneath(sys::fallback::open_beneath);
}

TEST_CASE(clone3_or_what_stands_for_it) { expect_child(sys::fallback::clone3); }

TEST_CASE(clone_takes_the_arguments_of_clone3) { expect_child(sys::fallback::clone_by_arguments); }

TEST_CASE(clone3_is_missing) {
  take_away(sys::nr::kclone3);
  CHECK_ERROR(sys::kENOSYS, sys::clone3(sys::CloneArgs{}));
  expect_child(sys::fallback::clone3);
}

TEST_CASE(what_clone_cannot_do_is_said) {
  sys::CloneArgs arguments = {};
  arguments.flags = sys::kCLONE_INTO_CGROUP;
  CHECK_ERROR(sys::kENOSYS, sys::fallback::clone_by_arguments(arguments));
  arguments.flags = sys::kCLONE_NEWTIME;  // a part of the signal's number, for clone
  CHECK_ERROR(sys::kENOSYS, sys::fallback::clone_by_arguments(arguments));
  arguments.flags = sys::kCLONE_PIDFD | sys::kCLONE_PARENT_SETTID;
  CHECK_ERROR(sys::kENOSYS, sys::fallback::clone_by_arguments(arguments));
}
