// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/files.h"

namespace nosc::cgroups {

sys::Result<sys::Fd> open_directory(sys::CStr path) {
  return sys::openat(sys::kCwd, path, sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC);
}

sys::Result<sys::Fd> open_members(sys::BorrowedFd directory) {
  return sys::openat(directory, "cgroup.procs", sys::kO_WRONLY | sys::kO_CLOEXEC);
}

std::string_view read_text(sys::BorrowedFd directory, sys::CStr file, std::span<char> buffer) {
  const auto opened = sys::openat(directory, file, sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (!opened) return {};
  const auto count = sys::read(opened.borrow(), sys::Span<char>(buffer.data(), buffer.size()));
  return {buffer.data(), count ? *count : 0};
}

sys::Errno write_text(sys::BorrowedFd directory, sys::CStr file, std::string_view text) {
  const auto opened = sys::openat(directory, file, sys::kO_WRONLY | sys::kO_CLOEXEC);
  if (!opened) return opened.error();
  const auto written = sys::write(opened.borrow(), text);
  return written ? sys::Errno{} : written.error();
}

}  // namespace nosc::cgroups
