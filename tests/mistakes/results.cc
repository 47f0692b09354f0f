// SPDX-License-Identifier: Apache-2.0
//
// Mistakes with results and ids; see descriptors.cc for how to read this.
#include <stddef.h>

#include "syscalls/sys.h"
#include "syscalls/sys/network.h"

namespace {

[[maybe_unused]] void a_result_is_not_ignored(sys::BorrowedFd fd) {
  (void)sys::fsync(fd);
  // refused-error@+1 {{ignoring return value}}
  sys::fsync(fd);
  const auto made = sys::memfd_create("kept");
  // refused-error@+1 {{ignoring return value}}
  sys::memfd_create("lost");
  // refused-error@+1 {{ignoring return value}}
  sys::setsid();
}

[[maybe_unused]] size_t a_result_is_no_value(sys::BorrowedFd fd) {
  char buffer[8];
  const auto got = sys::read(fd, buffer);
  size_t size = *got;
  size = got;  // refused-error {{assigning to 'size_t'}}
  if (got.ok() && *got > 0) size += 1;
  if (got > 0) size += 1;  // refused-error {{invalid operands to binary expression}}
  return size;
}

[[maybe_unused]] bool an_error_is_named(const sys::Result<int>& result) {
  const bool absent = result.failed_with(sys::kENOENT);
  // refused-error@+1 {{no viable conversion from 'int' to 'Errno'}}
  const bool number = result.failed_with(2);
  const bool same = result.error() == sys::kENOENT;
  // refused-error@+1 {{invalid operands to binary expression}}
  return absent || number || same || result.error() == -2;
}

[[maybe_unused]] sys::Result<int> an_error_is_returned_as_one() { return sys::kEINVAL; }
[[maybe_unused]] sys::Result<int> a_number_is_no_error() {
  return -22;  // refused-error {{no viable conversion from returned value of type 'int'}}
}

[[maybe_unused]] void ids_are_no_numbers() {
  (void)sys::getsid(sys::Pid{0});
  (void)sys::getsid(0);  // refused-error {{type 'Pid' with an rvalue of type 'int'}}
  int number = sys::to_raw(sys::getpid());
  number = sys::getpid();  // refused-error {{assigning to 'int' from incompatible type 'Pid'}}
  (void)number;
  (void)sys::portable::setuid(sys::Uid{0});
  // refused-error@+1 {{type 'Uid' with an rvalue of type 'int'}}
  (void)sys::portable::setuid(0);
}

[[maybe_unused]] bool ids_do_not_mix(sys::BorrowedFd fd, sys::Uid user, sys::Gid group) {
  (void)sys::portable::fchown(fd, user, group);
  // refused-error@+1 {{type 'Uid' with an lvalue of type 'sys::Gid'}}
  (void)sys::portable::fchown(fd, group, user);
  (void)sys::getpgid(sys::getpid());
  // refused-error@+1 {{type 'Pid' with an lvalue of type 'sys::Uid'}}
  (void)sys::getpgid(user);
  return user == sys::Uid{0} ||
         user == sys::Gid{0};  // refused-error {{invalid operands to binary expression}}
}

[[maybe_unused]] void a_port_is_in_the_order_of_networks(sys::SockaddrIn& address) {
  address.port = sys::to_network(80);
  address.port = 80;  // refused-error {{no viable overloaded '='}}
}

}  // namespace
