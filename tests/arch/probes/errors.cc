// SPDX-License-Identifier: Apache-2.0
//
// Errors: the kernel's numbers under the table's names. Many of these numbers differ on mips.

#include "tests/arch/probes/support.h"

SHARED_CASE(error_of_a_missing_file) {
  CHECK_ERROR(sys::kENOENT, sys::openat(sys::kCwd, "/no/such/file", sys::kO_RDONLY));
}

SHARED_CASE(error_of_a_bad_descriptor) {
  CHECK_ERROR(sys::kEBADF, sys::fsync(sys::BorrowedFd::from_raw(-1)));
  CHECK_ERROR(sys::kEBADF, sys::close(1000000));
}

SHARED_CASE(error_of_a_bad_address) {
  CHECK_ERROR(sys::kEFAULT, sys::openat(sys::kCwd, probe::cstr(reinterpret_cast<const char*>(8)),
                                        sys::kO_RDONLY));
}

SHARED_CASE(error_of_a_path_too_long) {
  char path[300];
  for (char& character : path) {
    character = 'x';
  }
  path[sizeof(path) - 1] = '\0';
  CHECK_ERROR(sys::kENAMETOOLONG, sys::openat(sys::kCwd, probe::cstr(path), sys::kO_RDONLY));
}

SHARED_CASE(error_of_a_link_to_itself) {
  const probe::Folder folder;
  CHECK_OK(sys::symlinkat("itself", folder.fd(), "itself"));
  CHECK_ERROR(sys::kELOOP, sys::openat(folder.fd(), "itself", sys::kO_RDONLY));
  folder.remove("itself");
}

SHARED_CASE(error_of_removing_a_full_folder) {
  const probe::Folder folder;
  CHECK_OK(sys::mkdirat(folder.fd(), "full", probe::mode(0700)));
  folder.write_file("full/file", sys::text("x"));
  CHECK_ERROR(sys::kENOTEMPTY, sys::unlinkat(folder.fd(), "full", sys::kAT_REMOVEDIR));
  CHECK_ERROR(sys::kEEXIST, sys::mkdirat(folder.fd(), "full", probe::mode(0700)));
  folder.remove("full/file");
  CHECK_OK(sys::unlinkat(folder.fd(), "full", sys::kAT_REMOVEDIR));
}

SHARED_CASE(error_of_a_socket_call_on_a_file) {
  const sys::Fd file = probe::memory_file({});
  CHECK_ERROR(sys::kENOTSOCK, sys::listen(file, 1));
}

SHARED_CASE(error_of_an_address_in_use) {
  const sys::Fd first = CHECK_VALUE(sys::socket(sys::kAF_UNIX, sys::kSOCK_STREAM));
  const sys::Fd second = CHECK_VALUE(sys::socket(sys::kAF_UNIX, sys::kSOCK_STREAM));
  sys::SockaddrUn address = {};
  address.family = static_cast<uint16_t>(sys::kAF_UNIX);
  CHECK_OK(sys::bind(first, sys::Bytes(&address, sizeof(address.family))));
  int length = sizeof(address);
  CHECK_OK(sys::getsockname(first, &address, length));
  CHECK_ERROR(sys::kEADDRINUSE,
              sys::bind(second, sys::Bytes(&address, static_cast<size_t>(length))));
  const sys::Fd datagrams = CHECK_VALUE(sys::socket(sys::kAF_UNIX, sys::kSOCK_DGRAM));
  CHECK_ERROR(sys::kEOPNOTSUPP, sys::accept4(datagrams));
}

SHARED_CASE(error_of_a_position_in_a_pipe) {
  sys::FdPair ends;
  CHECK_OK(sys::pipe2(ends, sys::kO_CLOEXEC));
  CHECK_ERROR(sys::kESPIPE, sys::portable::lseek(ends.first, 0, sys::kSEEK_CUR));
}

SHARED_CASE(error_of_a_process_that_is_not_there) {
  CHECK_ERROR(sys::kESRCH, sys::kill(sys::Pid{0x3fffffff}, sys::Signal{0}));
}

SHARED_CASE(error_of_waiting_for_nobody) {
  CHECK_ERROR(sys::kECHILD, sys::portable::wait4(sys::Pid{-1}, nullptr, sys::kWNOHANG));
}

SHARED_CASE(error_of_a_buffer_too_small) {
  char buffer[1];
  CHECK_ERROR(sys::kERANGE, sys::getcwd(buffer));
}

SHARED_CASE(errors_have_names) {
  CHECK(check::equal(sys::errno_name(sys::kEPERM), "EPERM"));
  CHECK(check::equal(sys::errno_name(sys::kELOOP), "ELOOP"));
  CHECK(check::equal(sys::errno_name(sys::kENOSYS), "ENOSYS"));
  CHECK(check::equal(sys::errno_name(sys::kEADDRINUSE), "EADDRINUSE"));
}
