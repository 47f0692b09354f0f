// SPDX-License-Identifier: Apache-2.0
//
// The O_ flags, seen by what they do: half of them have another value on arm, arm64 and ppc, and
// others again on mips.

#include "tests/arch/probes/support.h"

namespace {

sys::OpenFlags status_flags(sys::BorrowedFd fd) {
  const int flags = CHECK_VALUE(sys::portable::fcntl(fd, sys::kF_GETFL));
  return sys::OpenFlags::from_bits(static_cast<uint32_t>(flags));
}

}  // namespace

SHARED_CASE(o_directory_refuses_a_file) {
  const probe::Folder folder;
  folder.write_file("file", sys::text("x"));
  CHECK_ERROR(sys::kENOTDIR, sys::openat(folder.fd(), "file", sys::kO_RDONLY | sys::kO_DIRECTORY));
  CHECK_OK(sys::openat(folder.fd(), ".", sys::kO_RDONLY | sys::kO_DIRECTORY));
  folder.remove("file");
}

SHARED_CASE(o_nofollow_refuses_a_link) {
  const probe::Folder folder;
  CHECK_OK(sys::symlinkat("/dev/null", folder.fd(), "link"));
  CHECK_ERROR(sys::kELOOP, sys::openat(folder.fd(), "link", sys::kO_RDONLY | sys::kO_NOFOLLOW));
  CHECK_OK(sys::openat(folder.fd(), "link", sys::kO_RDONLY));
  folder.remove("link");
}

SHARED_CASE(o_excl_refuses_what_exists) {
  const probe::Folder folder;
  const auto flags = sys::kO_WRONLY | sys::kO_CREAT | sys::kO_EXCL;
  CHECK_OK(sys::openat(folder.fd(), "file", flags, probe::mode(0600)));
  CHECK_ERROR(sys::kEEXIST, sys::openat(folder.fd(), "file", flags, probe::mode(0600)));
  folder.remove("file");
}

SHARED_CASE(o_trunc_empties_and_o_append_appends) {
  const probe::Folder folder;
  folder.write_file("file", sys::text("contents"));
  CHECK_OK(sys::openat(folder.fd(), "file", sys::kO_WRONLY | sys::kO_TRUNC));
  const sys::Fd file = CHECK_VALUE(sys::openat(folder.fd(), "file", sys::kO_RDWR | sys::kO_APPEND));
  char contents[8] = {};
  CHECK_EQUAL(CHECK_VALUE(sys::pread64(file, contents, 0)), 0);
  CHECK_OK(sys::write(file, sys::text("ab")));
  CHECK_OK(sys::portable::lseek(file, 0, sys::kSEEK_SET));
  CHECK_OK(sys::write(file, sys::text("cd")));
  CHECK_EQUAL(CHECK_VALUE(sys::pread64(file, contents, 0)), 4);
  CHECK(check::equal(contents, "abcd"));
  folder.remove("file");
}

SHARED_CASE(o_path_opens_without_reading) {
  const sys::Fd file = CHECK_VALUE(sys::openat(sys::kCwd, "/dev/null", sys::kO_PATH));
  char buffer[1];
  CHECK_ERROR(sys::kEBADF, sys::read(file, buffer));
}

SHARED_CASE(o_cloexec_is_seen_by_fcntl) {
  const sys::Fd closing = CHECK_VALUE(sys::openat(sys::kCwd, "/", sys::kO_PATH | sys::kO_CLOEXEC));
  const sys::Fd staying = CHECK_VALUE(sys::openat(sys::kCwd, "/", sys::kO_PATH));
  CHECK_EQUAL(CHECK_VALUE(sys::portable::fcntl(closing, sys::kF_GETFD)), sys::kFD_CLOEXEC);
  CHECK_EQUAL(CHECK_VALUE(sys::portable::fcntl(staying, sys::kF_GETFD)), 0);
}

SHARED_CASE(o_nonblock_does_not_wait) {
  sys::FdPair ends;
  CHECK_OK(sys::pipe2(ends, sys::kO_CLOEXEC | sys::kO_NONBLOCK));
  char buffer[1];
  CHECK_ERROR(sys::kEAGAIN, sys::read(ends.first, buffer));
  CHECK(status_flags(ends.first).has(sys::kO_NONBLOCK));
}

SHARED_CASE(o_tmpfile_has_no_name) {
  const probe::Folder folder;
  const auto opened =
      sys::openat(folder.fd(), ".", sys::kO_RDWR | sys::kO_TMPFILE, probe::mode(0600));
  if (!opened.ok()) {
    check::skip_error("O_TMPFILE here", opened.error());
  }
  sys::Statx status = {};
  CHECK_OK(sys::statx(opened.borrow(), "", sys::kAT_EMPTY_PATH, sys::kSTATX_NLINK, status));
  CHECK_EQUAL(status.nlink, 0);
}

SHARED_CASE(open_flags_are_read_back) {
  const probe::Folder folder;
  folder.write_file("file", {});
  const auto asked = sys::kO_RDWR | sys::kO_APPEND | sys::kO_NONBLOCK | sys::kO_NOATIME |
                     sys::kO_SYNC | sys::kO_NOFOLLOW;
  const sys::Fd file = CHECK_VALUE(sys::openat(folder.fd(), "file", asked));
  // The kernel may add O_LARGEFILE, and nothing else.
  CHECK_EQUAL((status_flags(file) & ~sys::kO_LARGEFILE).bits(), asked.bits());
  folder.remove("file");
}
