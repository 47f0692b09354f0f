// SPDX-License-Identifier: Apache-2.0
//
// The register convention: calls of which each of six arguments can be seen from outside.

#include "tests/arch/probes/support.h"

namespace {

constexpr char kDigits[] = "0123456789";

}  // namespace

SHARED_CASE(six_arguments_of_copy_file_range) {
  const sys::Fd source = probe::memory_file(sys::text(kDigits));
  const sys::Fd target = probe::memory_file(sys::text("----------"));
  int64_t source_offset = 3;
  int64_t target_offset = 5;
  const auto copied = sys::copy_file_range(source, &source_offset, target, &target_offset, 4, 0);
  if (!copied.ok()) {
    check::skip_error("copy_file_range", copied.error());
  }
  CHECK_EQUAL(*copied, 4);
  CHECK_EQUAL(source_offset, 7);
  CHECK_EQUAL(target_offset, 9);
  char contents[11] = {};
  CHECK_EQUAL(CHECK_VALUE(sys::pread64(target, sys::MutableBytes(contents, 10), 0)), 10);
  CHECK(check::equal(contents, "-----3456-"));
  // The sixth: no flag is defined.
  CHECK_ERROR(sys::kEINVAL,
              sys::copy_file_range(source, &source_offset, target, &target_offset, 1, 64));
}

SHARED_CASE(six_arguments_of_mmap) {
  const size_t page = probe::page_size_bytes();
  const sys::Fd file = probe::memory_file({});
  CHECK_OK(sys::pwrite64(file, sys::text("first"), 0));
  CHECK_OK(sys::pwrite64(file, sys::text("second"), static_cast<int64_t>(page)));
  CHECK_OK(sys::portable::ftruncate(file, static_cast<int64_t>(3 * page)));

  // Three pages of nothing; the middle one becomes the file's second page.
  void* const room = CHECK_VALUE(sys::portable::mmap(nullptr, 3 * page, sys::kPROT_NONE,
                                                     sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS,
                                                     sys::BorrowedFd::from_raw(-1), 0));
  char* const wanted = static_cast<char*>(room) + page;
  void* const mapped = CHECK_VALUE(sys::portable::mmap(
      wanted, page, sys::kPROT_READ, sys::kMAP_SHARED | sys::kMAP_FIXED, file, page));
  CHECK(mapped == wanted);                // address; without MAP_FIXED a hint
  CHECK(check::equal(wanted, "second"));  // descriptor and offset
  const sys::Fd zero = CHECK_VALUE(sys::openat(sys::kCwd, "/dev/zero", sys::kO_RDONLY));
  CHECK_ERROR(sys::kEFAULT, sys::read(zero, sys::MutableBytes(wanted, 1)));         // protection
  CHECK_ERROR(sys::kEFAULT, sys::read(zero, sys::MutableBytes(wanted + page, 1)));  // length
  CHECK_OK(sys::pwrite64(file, sys::text("S"), static_cast<int64_t>(page)));
  CHECK(check::equal(static_cast<const volatile char*>(wanted)[0] == 'S' ? wanted : "", "Second"));
  CHECK_OK(sys::munmap(room, 3 * page));
}

SHARED_CASE(six_arguments_of_sendto) {
  const auto datagrams = sys::kSOCK_DGRAM | sys::kSOCK_CLOEXEC;
  const sys::Fd receiver = CHECK_VALUE(sys::socket(sys::kAF_UNIX, datagrams));
  const sys::Fd sender = CHECK_VALUE(sys::socket(sys::kAF_UNIX, datagrams));
  // An address that the kernel chooses: a bind of the family alone.
  sys::SockaddrUn address = {};
  address.family = static_cast<uint16_t>(sys::kAF_UNIX);
  CHECK_OK(sys::bind(receiver, sys::Bytes(&address, sizeof(address.family))));
  int length = sizeof(address);
  CHECK_OK(sys::getsockname(receiver, &address, length));
  const sys::Bytes destination(&address, static_cast<size_t>(length));

  CHECK_EQUAL(
      CHECK_VALUE(sys::sendto(sender, sys::Bytes(kDigits, 7), sys::kMSG_DONTWAIT, destination)), 7);
  char contents[16] = {};
  CHECK_EQUAL(CHECK_VALUE(sys::recvfrom(receiver, contents, sys::kMSG_DONTWAIT)), 7);
  CHECK(check::equal(contents, "0123456"));
  CHECK_ERROR(sys::kEAGAIN, sys::recvfrom(receiver, contents, sys::kMSG_DONTWAIT));
  // A shorter address names nobody.
  CHECK_ERROR(sys::kECONNREFUSED,
              sys::sendto(sender, sys::Bytes(kDigits, 7), sys::kMSG_DONTWAIT,
                          sys::Bytes(&address, static_cast<size_t>(length) - 1)));
}

SHARED_CASE(no_argument_and_no_error) {
  const sys::Pid pid = sys::getpid();
  CHECK(to_raw(pid) > 0);
  CHECK_EQUAL(to_raw(sys::gettid()), to_raw(pid));
}
