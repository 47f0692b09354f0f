// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/self.h"

#include "engine/process/process.h"
#include "engine/rt/descriptor_path.h"
#include "engine/rt/error.h"
#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

constexpr char kSelf[] = "/proc/self/exe";

}  // namespace

sys::Fd open_self_copy() {
  constexpr size_t kMostBytes = size_t{1} << 20;
  const sys::Fd self =
      or_fail(sys::openat(sys::kCwd, kSelf, sys::kO_RDONLY | sys::kO_CLOEXEC), "open", kSelf);
  sys::Fd copy = process::make_program();
  // Within the kernel: memory of one's own would be touched for the first time, page by page.
  while (or_fail(sys::portable::sendfile(copy, self, nullptr, kMostBytes), "copy", kSelf) != 0) {
  }
  process::seal_program(copy);
  return copy;
}

void continue_in_copy(char** argv, char** envp) {
  constexpr std::string_view kCopy = "/memfd:nosc";
  char target[64];
  const size_t size = or_fail(sys::readlinkat(sys::kAT_FDCWD, kSelf, target), "read", kSelf);
  if (std::string_view(target, size).starts_with(kCopy)) return;
  const sys::Fd copy = open_self_copy();
  auto result = sys::execveat(copy, "", argv, envp, sys::kAT_EMPTY_PATH);
  if (result.failed_with(sys::kENOSYS)) {
    result = sys::execve(DescriptorPath(copy).path(), argv, envp);
  }
  fail_system("execute", "a sealed copy of nosc", result.error());
}

}  // namespace nosc::launch
