// SPDX-License-Identifier: Apache-2.0
//
// Mistakes with descriptors. Each wrong line must be refused with the words beside it, and stands
// next to its right twin, which must pass without a word.
#include <stddef.h>

#include "syscalls/sys.h"

namespace {

using sys::BorrowedFd;
using sys::Fd;

char buffer[8];

[[maybe_unused]] void a_number_is_no_descriptor() {
  (void)sys::read(BorrowedFd::from_raw(0), buffer);
  (void)sys::read(0, buffer);  // refused-error {{from 'int' to 'BorrowedFd'}}
  (void)sys::fsync(BorrowedFd::from_raw(0));
  (void)sys::fsync(0);  // refused-error {{from 'int' to 'BorrowedFd'}}
}

[[maybe_unused]] int a_descriptor_is_no_number(const Fd& fd, BorrowedFd borrowed) {
  int number = fd.raw();
  // refused-error@+1 {{assigning to 'int' from incompatible type 'const Fd'}}
  number = fd;
  number += borrowed.raw();
  number += borrowed;  // refused-error {{invalid operands to binary expression}}
  return number;
}

[[maybe_unused]] bool a_descriptor_is_compared_with_descriptors(BorrowedFd fd, BorrowedFd other) {
  const bool same = fd == other;
  return same || fd == 2;  // refused-error {{invalid operands to binary expression}}
}

[[maybe_unused]] void an_owner_is_not_copied(Fd fd, sys::Result<Fd> result) {
  Fd moved = static_cast<Fd&&>(fd);
  Fd copied = fd;  // refused-error {{call to deleted constructor of 'Fd'}}
  moved = static_cast<Fd&&>(copied);
  moved = copied;  // refused-error {{overload resolution selected deleted operator '='}}
  sys::Result<Fd> taken = static_cast<sys::Result<Fd>&&>(result);
  // refused-error@+1 {{call to deleted constructor of 'sys::Result<Fd>'}}
  sys::Result<Fd> twice = result;
}

[[maybe_unused]] void a_temporary_lends_nothing() {
  const Fd fd = sys::memfd_create("kept").take();
  (void)sys::read(fd, buffer);
  const BorrowedFd lent = fd.borrow();
  (void)lent;
  // refused-error@+1 {{invokes a deleted function}}
  (void)sys::read(sys::memfd_create("gone").take(), buffer);
  // refused-error@+1 {{call to deleted member function 'borrow'}}
  const BorrowedFd dangling = sys::memfd_create("gone").take().borrow();
  (void)dangling;
}

[[maybe_unused]] void a_result_is_asked_before_it_is_used() {
  const sys::Result<Fd> made = sys::memfd_create("asked");
  if (made) (void)sys::read(*made, buffer);
  (void)sys::read(made, buffer);  // refused-error {{from 'const sys::Result<Fd>' to 'BorrowedFd'}}
}

[[maybe_unused]] void an_owner_is_not_closed_by_hand(Fd fd) {
  (void)sys::close(fd.release());
  (void)sys::close(fd);  // refused-error {{no viable conversion from 'Fd' to 'int'}}
}

[[maybe_unused]] void ownership_is_not_dropped(Fd fd) {
  (void)fd.release();
  fd.release();  // refused-error {{ignoring return value of function declared with 'nodiscard'}}
  fd = Fd::adopt(3);
  Fd::adopt(3);  // refused-error {{ignoring return value of function declared with 'nodiscard'}}
  fd = 3;        // refused-error {{no viable overloaded '='}}
}

}  // namespace
