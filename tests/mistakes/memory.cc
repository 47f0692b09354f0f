// SPDX-License-Identifier: Apache-2.0
//
// Mistakes with strings and memory; see descriptors.cc for how to read this.
#include <stddef.h>

#include "syscalls/sys.h"

namespace {

constexpr char kUnended[2] = {'a', 'b'};
constexpr char kEnded[3] = {'a', 'b', '\0'};

[[maybe_unused]] void a_string_proves_its_end(const char* unknown, char (&array)[8]) {
  (void)sys::chdir("/tmp");
  (void)sys::chdir(sys::CStr::from_terminated(unknown));
  (void)sys::chdir(unknown);  // refused-error {{from 'const char *' to 'CStr'}}
  (void)sys::chdir(kEnded);
  // refused-error@+1 {{is not a constant expression}}
  (void)sys::chdir(kUnended);
  (void)sys::chdir(sys::CStr::from_terminated(array));
  // refused-error@+1 {{is not a constant expression}}
  (void)sys::chdir(array);
}

[[maybe_unused]] void a_string_is_there_where_it_is_needed(const char* unknown) {
  (void)sys::mount(nullptr, "/", nullptr, sys::kMS_PRIVATE);
  // refused-error@+1 {{no viable conversion from 'std::nullptr_t' to 'CStr'}}
  (void)sys::mount("none", nullptr, nullptr, sys::kMS_PRIVATE);
  // refused-error@+1 {{no viable conversion from 'const char *' to 'OptionalCStr'}}
  (void)sys::mount("none", "/", unknown, sys::kMS_PRIVATE);
}

[[maybe_unused]] void what_is_filled_is_not_constant(sys::BorrowedFd fd) {
  char filled[8];
  (void)sys::read(fd, filled);
  const unsigned char constant[8] = {};
  (void)sys::read(fd,
                  constant);  // refused-error {{from 'const unsigned char[8]' to 'MutableBytes'}}
  (void)sys::write(fd, constant);
  const sys::Bytes readable(filled);
  (void)sys::write(fd, readable);
  (void)sys::read(fd, readable);  // refused-error {{from 'const sys::Bytes' to 'MutableBytes'}}
  (void)sys::write(fd, sys::text("hello"));
  // refused-error@+1 {{deleted}}
  (void)sys::write(fd, "hello");
  (void)sys::getrandom(filled);
  (void)sys::getrandom("text");  // refused-error {{from 'const char[5]' to 'MutableBytes'}}
}

[[maybe_unused]] void memory_carries_its_size(sys::BorrowedFd fd, char* bytes, size_t size) {
  (void)sys::read(fd, {bytes, size});
  (void)sys::read(fd, bytes);        // refused-error {{from 'char *' to 'MutableBytes'}}
  (void)sys::read(fd, bytes, size);  // refused-error {{too many arguments}}
}

[[maybe_unused]] void owners_are_not_overwritten(sys::BorrowedFd fd) {
  int numbers[2];
  (void)sys::read(fd, numbers);
  sys::Fd owners[2];
  (void)sys::read(fd, owners);   // refused-error {{from 'sys::Fd[2]' to 'MutableBytes'}}
  (void)sys::write(fd, owners);  // refused-error {{from 'sys::Fd[2]' to 'Bytes'}}
}

[[maybe_unused]] void a_struct_is_the_right_one(sys::BorrowedFd fd) {
  sys::Utsname name;
  (void)sys::uname(name);
  sys::Sysinfo info;
  (void)sys::uname(info);  // refused-error {{cannot bind to a value of unrelated type}}
  const sys::Utsname constant{};
  (void)sys::uname(constant);  // refused-error {{drops 'const' qualifier}}
  (void)sys::openat2(fd, "x", sys::OpenHow{});
  // refused-error@+1 {{reference to type 'const OpenHow' could not bind}}
  (void)sys::openat2(fd, "x", nullptr);
}

[[maybe_unused]] void elements_are_of_their_type(sys::BorrowedFd fd) {
  sys::Iovec vectors[2] = {};
  (void)sys::writev(fd, vectors);
  sys::Pollfd polled[2] = {};
  (void)sys::writev(fd, polled);  // refused-error {{to 'Span<const Iovec>'}}
}

}  // namespace
