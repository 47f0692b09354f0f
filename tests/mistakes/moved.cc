// SPDX-License-Identifier: Apache-2.0
//
// Uses of what has been given away. The language allows them; clang-tidy's
// bugprone-use-after-move must find the marked lines, and no other.
#include <utility>

#include "syscalls/sys.h"

namespace {

char buffer[8];

void keep(sys::Fd fd) { (void)sys::read(fd, buffer); }

[[maybe_unused]] void an_owner_is_empty_after_a_move(sys::Fd fd) {
  (void)sys::read(fd, buffer);
  const sys::Fd moved = std::move(fd);
  (void)sys::read(moved, buffer);
  (void)sys::read(fd, buffer);  // moved away
}

[[maybe_unused]] int an_owner_is_empty_after_it_was_given(sys::Fd fd) {
  const int before = fd.raw();
  keep(std::move(fd));
  return before + fd.raw();  // moved away
}

[[maybe_unused]] void a_new_value_makes_it_usable(sys::Fd fd) {
  keep(std::move(fd));
  fd = sys::memfd_create("new").take();
  (void)sys::read(fd, buffer);
}

[[maybe_unused]] bool a_result_is_empty_after_a_move(sys::Result<sys::Fd> made) {
  const sys::Result<sys::Fd> moved = std::move(made);
  return moved.ok() && made.ok();  // moved away
}

}  // namespace
