// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/pid_file.h"

#include "engine/rt/error.h"
#include "engine/rt/files.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

constexpr size_t kLongestNumber = 10;

// The name of a hidden file beside one, which nobody else has.
const char* hidden_beside(std::string_view path, std::string_view number, Arena& arena) {
  const size_t name = path.rfind('/') + 1;  // 0 where there is none
  Writer out(arena.array<char>(path.size() + kLongestNumber + 3));
  out.text(path.substr(0, name)).character('.').text(path.substr(name));
  return out.character('.').text(number).terminated();
}

}  // namespace

void write_pid_file(const char* path, sys::Pid pid, Arena& arena) {
  BufferWriter<kLongestNumber + 2> text;
  text.decimal(static_cast<uint32_t>(sys::to_raw(pid)));
  const auto temporary = sys::CStr::from_terminated(hidden_beside(path, text.view(), arena));
  (void)sys::unlinkat(sys::kCwd, temporary, {});  // what a killed process of the same pid left
  const sys::Fd file = or_fail(sys::openat(sys::kCwd, temporary,
                                           sys::kO_WRONLY | sys::kO_CREAT | sys::kO_EXCL |
                                               sys::kO_NOFOLLOW | sys::kO_CLOEXEC,
                                           sys::Mode::from_bits(0644)),
                               "create", path);
  auto written = write_all(file, text.view());
  if (written) {
    written = sys::renameat2(sys::kCwd, temporary, sys::kCwd, sys::CStr::from_terminated(path));
  }
  if (!written) (void)sys::unlinkat(sys::kCwd, temporary, {});
  or_fail(written, "write", path);
}

}  // namespace nosc::cli
