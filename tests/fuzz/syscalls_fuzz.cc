// SPDX-License-Identifier: Apache-2.0
// Makes calls with any arguments twice, typed and by the libc's syscall(), and compares results,
// error numbers and the memory that was filled. The calls are those that leave nothing behind.

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "syscalls/portable.h"
#include "syscalls/sys.h"

namespace {

void check(bool is_true) {
  if (!is_true) __builtin_trap();
}

// Arguments out of the fuzzer's bytes; zeros behind their end.
class Source {
 public:
  Source(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  bool empty() const { return size_ == 0; }

  template <typename T>
  T take() {
    T value = {};
    const size_t taken = size_ < sizeof value ? size_ : sizeof value;
    memcpy(&value, data_, taken);
    data_ += taken;
    size_ -= taken;
    return value;
  }

  // A path of up to 31 characters.
  void take_path(char (&path)[32]) {
    const size_t length = take<uint8_t>() % sizeof path;
    for (size_t i = 0; i < length; ++i) path[i] = take<char>();
    path[length] = '\0';
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

// A small number of descriptors that exist, and any that don't.
int take_fd(Source& source) {
  const int fd = source.take<int>();
  return fd % 2 == 0 ? fd % 8 : fd;
}

template <typename T>
long raw_of(const sys::Result<T>& result) {
  return result.raw();
}

// What syscall() gave, in the kernel's own form.
long by_libc(long result) { return result == -1 ? -errno : result; }

void same(long typed, long raw) { check(typed == raw); }

sys::BorrowedFd file() {
  static const int made = [] {
    const int fd = static_cast<int>(syscall(SYS_memfd_create, "fuzzed", 0));
    check(pwrite(fd, "0123456789abcdef", 16, 5) == 16);
    return fd;
  }();
  return sys::BorrowedFd::from_raw(made);
}

void compare_reads(Source& source) {
  const auto offset = source.take<int64_t>();
  const size_t size = source.take<uint8_t>() % 64;
  char typed[64] = {};
  char raw[64] = {};
  same(raw_of(sys::pread64(file(), {typed, size}, offset)),
       by_libc(syscall(SYS_pread64, file().raw(), raw, size, offset)));
  check(memcmp(typed, raw, sizeof typed) == 0);
}

void compare_positions(Source& source) {
  const auto offset = source.take<long>();
  const auto whence = source.take<int>();
  same(raw_of(sys::lseek(file(), 3, sys::kSEEK_SET)), 3);
  const long typed = raw_of(sys::lseek(file(), offset, static_cast<sys::Whence>(whence)));
  same(raw_of(sys::lseek(file(), 3, sys::kSEEK_SET)), 3);
  same(typed, by_libc(syscall(SYS_lseek, file().raw(), offset, whence)));
}

void compare_status(Source& source) {
  char path[32];
  source.take_path(path);
  const int folder = take_fd(source);
  const auto flags = source.take<uint32_t>();
  const auto mask = source.take<uint32_t>();
  sys::Statx typed;
  sys::Statx raw;
  memset(&typed, 0, sizeof typed);
  memset(&raw, 0, sizeof raw);
  same(
      raw_of(sys::statx(sys::BorrowedFd::from_raw(folder), sys::CStr::from_terminated(path),
                        sys::StatxFlags::from_bits(flags), sys::StatxMask::from_bits(mask), typed)),
      by_libc(syscall(SYS_statx, folder, path, flags, mask, &raw)));
  check(typed.ino == raw.ino && typed.mode == raw.mode && typed.rdev_major == raw.rdev_major);
}

void compare_links(Source& source) {
  char path[32];
  source.take_path(path);
  const int folder = source.take<uint8_t>() % 2 != 0 ? AT_FDCWD : take_fd(source);
  const size_t size = source.take<uint8_t>() % 64;
  char typed[64] = {};
  char raw[64] = {};
  same(raw_of(sys::readlinkat(sys::BorrowedFd::from_raw(folder), sys::CStr::from_terminated(path),
                              {typed, size})),
       by_libc(syscall(SYS_readlinkat, folder, path, raw, size)));
  check(memcmp(typed, raw, sizeof typed) == 0);
}

// Opened without any access, and nothing is made.
void compare_opens(Source& source) {
  char path[32];
  source.take_path(path);
  const uint32_t flags =
      (source.take<uint32_t>() & ~static_cast<uint32_t>(O_CREAT | O_TMPFILE)) | O_PATH;
  const auto mode = source.take<uint32_t>();
  auto typed = sys::openat(sys::kCwd, sys::CStr::from_terminated(path),
                           sys::OpenFlags::from_bits(flags), sys::Mode::from_bits(mode));
  const long raw = by_libc(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  check(typed.ok() == (raw >= 0));
  if (typed.ok()) {
    close(static_cast<int>(raw));
  } else {
    same(typed.error().negated(), raw);
  }
}

void compare_limits(Source& source) {
  const auto resource = source.take<int>() % 32;
  sys::Rlimit64 typed = {};
  sys::Rlimit64 raw = {};
  same(raw_of(sys::prlimit64(sys::Pid{0}, static_cast<sys::Resource>(resource), nullptr, &typed)),
       by_libc(syscall(SYS_prlimit64, 0, resource, nullptr, &raw)));
  check(typed.cur == raw.cur && typed.max == raw.max);
}

void compare_ids(Source& source) {
  const auto pid = source.take<int>();
  same(raw_of(sys::getsid(static_cast<sys::Pid>(pid))), by_libc(syscall(SYS_getsid, pid)));
  same(raw_of(sys::getpgid(static_cast<sys::Pid>(pid))), by_libc(syscall(SYS_getpgid, pid)));
  same(to_raw(sys::getpid()), by_libc(syscall(SYS_getpid)));
  same(to_raw(sys::getppid()), by_libc(syscall(SYS_getppid)));
  same(to_raw(sys::getuid()), by_libc(syscall(SYS_getuid)));
}

void compare_descriptors(Source& source) {
  const auto fd = sys::BorrowedFd::from_raw(take_fd(source));
  same(raw_of(sys::fcntl(fd, sys::kF_GETFD)), by_libc(syscall(SYS_fcntl, fd.raw(), F_GETFD)));
  same(raw_of(sys::fcntl(fd, sys::kF_GETFL)), by_libc(syscall(SYS_fcntl, fd.raw(), F_GETFL)));
  sys::Statfs typed;
  sys::Statfs raw;
  memset(&typed, 0, sizeof typed);
  memset(&raw, 0, sizeof raw);
  same(raw_of(sys::fstatfs(fd, typed)), by_libc(syscall(SYS_fstatfs, fd.raw(), &raw)));
  check(typed.type == raw.type && typed.bsize == raw.bsize && typed.flags == raw.flags);
}

void compare_clocks(Source& source) {
  const auto clock = source.take<int>();
  sys::Timespec typed = {};
  sys::Timespec raw = {};
  same(raw_of(sys::clock_gettime(static_cast<sys::Clock>(clock), typed)),
       by_libc(syscall(SYS_clock_gettime, clock, &raw)));
  check(typed.sec <= raw.sec);
}

void compare_copies(Source& source) {
  int64_t from = source.take<int64_t>();
  int64_t to = source.take<int64_t>();
  const auto size = source.take<size_t>();
  const auto flags = source.take<unsigned>() | 1;  // no flag is defined: nothing is copied
  int64_t raw_from = from;
  int64_t raw_to = to;
  same(raw_of(sys::copy_file_range(file(), &from, file(), &to, size, flags)),
       by_libc(syscall(SYS_copy_file_range, file().raw(), &raw_from, file().raw(), &raw_to, size,
                       flags)));
  check(from == raw_from && to == raw_to);
}

using Comparison = void(Source& source);

constexpr Comparison* kComparisons[] = {
    compare_reads,  compare_positions, compare_status,      compare_links,  compare_opens,
    compare_limits, compare_ids,       compare_descriptors, compare_clocks, compare_copies,
};
constexpr size_t kComparisonCount = sizeof kComparisons / sizeof kComparisons[0];

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Source source(data, size);
  while (!source.empty()) kComparisons[source.take<uint8_t>() % kComparisonCount](source);
  return 0;
}
