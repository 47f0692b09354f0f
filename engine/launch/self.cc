// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/self.h"

#include "engine/process/process.h"
#include "engine/rt/descriptor_path.h"
#include "engine/rt/files.h"
#include "syscalls/sys.h"

namespace nosc::launch {

sys::Fd open_self_copy(Arena& arena) {
  constexpr size_t kLargestProgramBytes = size_t{1} << 20;
  return process::seal_program(read_file("/proc/self/exe", kLargestProgramBytes, arena));
}

void continue_in_copy(char** argv, char** envp, Arena& arena) {
  constexpr std::string_view kCopy = "/memfd:nosc";
  char target[64];
  const size_t size =
      or_fail(sys::readlinkat(sys::kAT_FDCWD, "/proc/self/exe", target), "read", "/proc/self/exe");
  if (std::string_view(target, size).starts_with(kCopy)) return;
  const sys::Fd copy = open_self_copy(arena);
  auto result = sys::execveat(copy, "", argv, envp, sys::kAT_EMPTY_PATH);
  if (result.failed_with(sys::kENOSYS)) {
    result = sys::execve(DescriptorPath(copy).path(), argv, envp);
  }
  fail_system("execute", "a sealed copy of nosc", result.error());
}

}  // namespace nosc::launch
