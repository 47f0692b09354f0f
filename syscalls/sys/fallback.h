// SPDX-License-Identifier: Apache-2.0
//
// Newer calls with what older kernels have instead: the only functions of the layer that are more
// than one call. Each tries the new call first, and takes the other way only where that is missing
// (ENOSYS), so that a filter that answers EPERM stays visible. The ways are functions of their own.
#pragma once

#include "syscalls/errno.h"
#include "syscalls/files.h"
#include "syscalls/portable.h"
#include "syscalls/processes.h"
#include "syscalls/sys/span.h"

namespace sys::fallback {

namespace detail {

// The number that a name of /proc/self/fd is; -1 for "." and "..".
inline int number_of(const char* name) {
  int number = 0;
  for (; *name != '\0'; ++name) {
    if (*name < '0' || *name > '9') return -1;
    number = number * 10 + (*name - '0');
  }
  return number;
}

inline void close_or_mark(int fd, CloseRangeFlags flags) {
  if (flags.has(kCLOSE_RANGE_CLOEXEC)) {
    (void)portable::fcntl(BorrowedFd::from_raw(fd), kF_SETFD, kFD_CLOEXEC);
  } else {
    (void)sys::close(fd);
  }
}

// One component of a path, with a NUL; the longest that a file system takes.
struct Component {
  char name[256];
  size_t length = 0;

  bool is_dot_dot() const { return length == 2 && name[0] == '.' && name[1] == '.'; }
  CStr text() const { return CStr::from_terminated(name); }
};

// Takes the first component off a path, and the slashes behind it. False if it is too long.
inline bool take_component(const char*& path, Component& component) {
  component.length = 0;
  for (; *path != '\0' && *path != '/'; ++path) {
    if (component.length == sizeof(component.name) - 1) return false;
    component.name[component.length++] = *path;
  }
  component.name[component.length] = '\0';
  while (*path == '/') ++path;
  return true;
}

// An absolute path is outside, and so may be what lies behind "..".
inline bool may_leave(const char* path) {
  if (*path == '/') return true;
  for (const char* at = path; *at != '\0'; ++at) {
    const bool begins = at == path || at[-1] == '/';
    if (begins && at[0] == '.' && at[1] == '.' && (at[2] == '\0' || at[2] == '/')) return true;
  }
  return false;
}

}  // namespace detail

// Closes or marks the descriptors from first to last that /proc/self/fd lists.
// Errors: those of opening /proc/self/fd and of reading it.
inline Result<void> close_each(unsigned first, unsigned last, CloseRangeFlags flags) {
  auto opened = openat(kCwd, "/proc/self/fd", kO_RDONLY | kO_DIRECTORY | kO_CLOEXEC);
  if (!opened) return opened.error();
  const Fd folder = opened.take();
  alignas(Dirent64) char buffer[1024];
  while (true) {
    const Result<size_t> size = getdents64(folder, buffer);
    if (!size) return size.error();
    if (*size == 0) return Result<void>::from_raw(0);
    for (size_t offset = 0; offset < *size;) {
      const auto* entry = reinterpret_cast<const Dirent64*>(buffer + offset);
      offset += entry->reclen;
      const int fd = detail::number_of(entry->name);
      if (fd < 0 || fd == folder.raw()) continue;
      const auto number = static_cast<unsigned>(fd);
      if (number >= first && number <= last) detail::close_or_mark(fd, flags);
    }
  }
}

// close_range(2), or one by one. The mark came two releases after the call (EINVAL before).
// Errors: those of close_range and close_each; CLOSE_RANGE_UNSHARE has no other way.
inline Result<void> close_range(unsigned first, unsigned last, CloseRangeFlags flags = {}) {
  const Result<void> done = sys::close_range(first, last, flags);
  const bool unmarked = flags.has(kCLOSE_RANGE_CLOEXEC) && done.failed_with(kEINVAL);
  const bool missing = done.failed_with(kENOSYS) || (unmarked && first <= last);
  if (!missing || flags.has(kCLOSE_RANGE_UNSHARE)) return done;
  return close_each(first, last, flags);
}

// Opens a path component by component. Shape: as open_beneath.
inline Result<Fd> walk_beneath(BorrowedFd folder, CStr path, OpenFlags flags, Mode mode = {}) {
  const char* rest = path.c_str();
  if (*rest == '\0') return kENOENT;
  if (detail::may_leave(rest)) return kEXDEV;
  Fd current;
  detail::Component component;
  while (true) {
    if (!detail::take_component(rest, component)) return kENAMETOOLONG;
    const BorrowedFd at = current ? current.borrow() : folder;
    if (*rest == '\0') {
      const bool is_folder = rest[-1] == '/';
      const OpenFlags last = flags | kO_NOFOLLOW | (is_folder ? kO_DIRECTORY : OpenFlags{});
      return openat(at, component.text(), last, mode);
    }
    auto next = openat(at, component.text(), kO_PATH | kO_DIRECTORY | kO_NOFOLLOW | kO_CLOEXEC);
    if (!next) return next.error();
    current = next.take();
  }
}

// Opens what lies below a folder and follows no link: openat2(2), or component by component.
// Errors: EXDEV for an absolute path and for one with ".."; a link is ELOOP, or ENOTDIR on the
// slower way, or opened itself with O_PATH; those of openat2.
inline Result<Fd> open_beneath(BorrowedFd folder, CStr path, OpenFlags flags, Mode mode = {}) {
  if (detail::may_leave(path.c_str())) return kEXDEV;
  OpenHow how{};
  how.flags = flags | kO_NOFOLLOW;
  how.mode = mode.bits();
  how.resolve = kRESOLVE_BENEATH | kRESOLVE_NO_SYMLINKS;
  auto opened = openat2(folder, path, how);
  if (opened.failed_with(kENOSYS)) return walk_beneath(folder, path, flags, mode);
  return opened;
}

// clone(2) with clone3's arguments. Pre: no stack: the child goes on with a copy of this one.
// Errors: ENOSYS for what clone cannot do (a cgroup, chosen pids, a pidfd and the parent's tid at
// once, flags beyond 32 bits, and the time namespace, whose flag is in clone's signal); those of
// clone.
[[gnu::always_inline]] inline Result<Pid> clone_by_arguments(const CloneArgs& arguments) {
  constexpr uint64_t kSignal = 0xff;
  const bool is_wide =
      (arguments.flags.bits() >> 32) != 0 || (arguments.flags.bits() & kSignal) != 0;
  const bool wants_pidfd = arguments.flags.has(kCLONE_PIDFD);
  const bool wants_both = wants_pidfd && arguments.flags.has(kCLONE_PARENT_SETTID);
  if (is_wide || wants_both || arguments.set_tid_size != 0 || arguments.stack != 0) return kENOSYS;
  const uint64_t told = wants_pidfd ? arguments.pidfd : arguments.parent_tid;
  return clone(static_cast<unsigned long>(arguments.flags.bits() | arguments.exit_signal), nullptr,
               reinterpret_cast<int*>(static_cast<uintptr_t>(told)),
               reinterpret_cast<int*>(static_cast<uintptr_t>(arguments.child_tid)),
               static_cast<unsigned long>(arguments.tls));
}

// clone3(2), or clone(2) where that can do it. Pre and errors: those of clone_by_arguments.
[[gnu::always_inline]] inline Result<Pid> clone3(const CloneArgs& arguments) {
  const Result<Pid> made = sys::clone3(arguments);
  if (!made.failed_with(kENOSYS)) return made;
  return clone_by_arguments(arguments);
}

}  // namespace sys::fallback
