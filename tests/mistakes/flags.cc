// SPDX-License-Identifier: Apache-2.0
//
// Mistakes with flags and enumerations; see descriptors.cc for how to read this.
#include "syscalls/sys.h"

namespace {

[[maybe_unused]] void a_family_belongs_to_its_calls() {
  (void)sys::openat(sys::kCwd, "/", sys::kO_RDONLY);
  // refused-error@+1 {{no viable conversion from 'const FlagSet<struct MountFlagsTag}}
  (void)sys::openat(sys::kCwd, "/", sys::kMS_RDONLY);
  (void)sys::unlinkat(sys::kCwd, "/x", sys::kAT_REMOVEDIR);
  // refused-error@+1 {{no viable conversion}}
  (void)sys::unlinkat(sys::kCwd, "/x", sys::kO_DIRECTORY);
  (void)sys::open_tree(sys::kCwd, "/", sys::kAT_EMPTY_PATH);
  // refused-error@+1 {{no viable conversion from 'const FlagSet<struct MoveMountFlagsTag}}
  (void)sys::open_tree(sys::kCwd, "/", sys::kMOVE_MOUNT_F_EMPTY_PATH);
}

[[maybe_unused]] void families_do_not_mix() {
  sys::OpenFlags flags = sys::kO_RDONLY | sys::kO_CLOEXEC;
  // refused-error@+1 {{invalid operands to binary expression}}
  flags = sys::kO_RDONLY | sys::kMS_NOSUID;
  flags |= sys::kO_PATH;
  flags |= sys::kMS_NOSUID;  // refused-error {{no viable overloaded '|='}}
  // A wider family takes the narrower one's flags, never the other way round.
  sys::OpenHowFlags how = sys::kO_RDONLY;
  how |= sys::kO_CLOEXEC;
  flags = how;  // refused-error {{no viable overloaded '='}}
}

[[maybe_unused]] void numbers_are_no_flags(sys::Mode mode) {
  (void)sys::openat(sys::kCwd, "/", sys::OpenFlags{});
  // refused-error@+1 {{no viable conversion from 'int' to 'OpenFlags'}}
  (void)sys::openat(sys::kCwd, "/", 0);
  (void)sys::mkdirat(sys::kCwd, "/x", mode);
  // refused-error@+1 {{no viable conversion from 'int' to 'Mode'}}
  (void)sys::mkdirat(sys::kCwd, "/x", 0755);
}

[[maybe_unused]] unsigned flags_are_no_numbers() {
  unsigned bits = sys::kO_CLOEXEC.bits();
  // refused-error@+1 {{assigning to 'unsigned int' from incompatible type}}
  bits = sys::kO_CLOEXEC;
  return bits;
}

[[maybe_unused]] bool a_set_is_asked_by_name(sys::OpenFlags flags) {
  const bool path = flags.has(sys::kO_PATH);
  // refused-error@+1 {{no viable conversion}}
  const bool nosuid = flags.has(sys::kMS_NOSUID);
  return path && nosuid;
}

[[maybe_unused]] void an_enumeration_is_named(sys::BorrowedFd fd) {
  (void)sys::kill(sys::Pid{1}, sys::kSIGTERM);
  (void)sys::kill(sys::Pid{1}, 15);  // refused-error {{type 'Signal' with an rvalue of type 'int'}}
  (void)sys::portable::fcntl(fd, sys::kF_GETFD);
  // refused-error@+1 {{no matching function for call to 'fcntl'}}
  (void)sys::portable::fcntl(fd, sys::kSEEK_SET);
  (void)sys::ioctl(fd, sys::kTIOCSCTTY);
  (void)sys::ioctl(fd, 0x540e);  // refused-error {{no matching function for call to 'ioctl'}}
}

}  // namespace
