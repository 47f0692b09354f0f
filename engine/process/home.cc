// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "engine/host/line_reader.h"
#include "engine/process/process.h"
#include "engine/rt/descriptor_path.h"
#include "engine/rt/number.h"
#include "engine/rt/rooted.h"
#include "engine/rt/split.h"
#include "syscalls/sys.h"

namespace nosc::process {
namespace {

// A passwd file is data of the image: nosc reads so much of it and no more.
constexpr size_t kLargestPasswdBytes = size_t{1} << 20;
constexpr size_t kBufferBytes = 4096;

// Opens the passwd file, if it is one: opening a device that lies there in its place might do
// something, and a FIFO would never open.
sys::Result<sys::Fd> open_passwd(sys::BorrowedFd rootfs) {
  auto found = rt::open_beneath(rootfs, "/etc/passwd", sys::kO_PATH | sys::kO_CLOEXEC,
                                rt::Links::kFollowInRoot);
  if (!found) return found;
  sys::Statx status;
  const auto asked = sys::statx(found.borrow(), "", sys::kAT_EMPTY_PATH, sys::kSTATX_TYPE, status);
  if (!asked) return asked.error();
  if ((status.mode & sys::kS_IFMT.bits()) != sys::kS_IFREG.bits()) return sys::kEINVAL;
  return sys::openat(sys::kCwd, DescriptorPath(found.borrow()).path(),
                     sys::kO_RDONLY | sys::kO_CLOEXEC);
}

}  // namespace

std::string_view home_in_passwd_line(std::string_view line, uint32_t uid) {
  // name:password:uid:gid:comment:home:shell
  take_until(line, ':');
  take_until(line, ':');
  const std::optional<uint64_t> id = parse_decimal(take_until(line, ':'), UINT32_MAX);
  if (!id || *id != uid) return {};
  take_until(line, ':');
  take_until(line, ':');
  const std::string_view home = take_until(line, ':');
  return home.starts_with('/') ? home : std::string_view();
}

void complete_home(ProcessPlan& plan, sys::BorrowedFd rootfs, Arena& arena) {
  if (plan.exec.home == nullptr) return;
  // Neither a missing file nor a strange one is a reason not to run.
  const auto passwd = open_passwd(rootfs);
  if (!passwd) return;
  char buffer[kBufferBytes];
  host::LineReader reader(passwd.borrow(), buffer, kLargestPasswdBytes);
  std::string_view line;
  std::string_view home;
  while (home.empty() && reader.next(line)) {
    home = home_in_passwd_line(line, sys::to_raw(plan.identity.uid));
  }
  if (home.empty()) return;
  constexpr std::string_view kName = "HOME=";
  const auto entry = arena.array<char>(kName.size() + home.size() + 1);
  std::memcpy(entry.data(), kName.data(), kName.size());
  std::memcpy(entry.data() + kName.size(), home.data(), home.size());
  *plan.exec.home = entry.data();
}

}  // namespace nosc::process
