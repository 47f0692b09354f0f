// SPDX-License-Identifier: Apache-2.0
//
// Files: 64-bit offsets, status, folders, and what their structs hold.

#include "tests/arch/probes/support.h"

namespace {

constexpr int64_t kFarOffset = (int64_t{5} << 30) + 7;  // beyond what 32 bits can say

}  // namespace

SHARED_CASE(offsets_beyond_four_gigabytes) {
  const sys::Fd file = probe::memory_file({});
  CHECK_EQUAL(CHECK_VALUE(sys::pwrite64(file, sys::text("far"), kFarOffset)), 3);
  char contents[8] = {};
  CHECK_EQUAL(CHECK_VALUE(sys::pread64(file, contents, kFarOffset)), 3);
  CHECK(check::equal(contents, "far"));
  // Where the offset would be if its high half were lost.
  CHECK_EQUAL(
      CHECK_VALUE(sys::pread64(file, sys::MutableBytes(contents, 3), kFarOffset & 0xffffffff)), 3);
  CHECK(check::equal(contents, ""));
}

SHARED_CASE(file_lengths_beyond_four_gigabytes) {
  const sys::Fd file = probe::memory_file({});
  CHECK_OK(sys::portable::ftruncate(file, kFarOffset));
  sys::Statx status = {};
  CHECK_OK(sys::statx(file, "", sys::kAT_EMPTY_PATH, sys::kSTATX_SIZE, status));
  CHECK_EQUAL(status.size, kFarOffset);
  int64_t position = 0;
  CHECK_OK(sys::portable::lseek(file, -7, sys::kSEEK_END, &position));
  CHECK_EQUAL(position, kFarOffset - 7);
  CHECK_OK(sys::portable::lseek(file, 5, sys::kSEEK_CUR, &position));
  CHECK_EQUAL(position, kFarOffset - 2);
}

SHARED_CASE(fallocate_has_two_wide_arguments) {
  const sys::Fd file = probe::memory_file({});
  CHECK_OK(sys::portable::ftruncate(file, kFarOffset));
  CHECK_OK(sys::fallocate(file, sys::kFALLOC_FL_KEEP_SIZE, kFarOffset + 4096, 4096));
  CHECK_OK(sys::fallocate(file, {}, kFarOffset, 8192));
  sys::Statx status = {};
  CHECK_OK(sys::statx(file, "", sys::kAT_EMPTY_PATH, sys::kSTATX_SIZE, status));
  CHECK_EQUAL(status.size, kFarOffset + 8192);
}

// On mips these are seven registers, of which three go over the stack.
SHARED_CASE(sync_file_range_has_flags_behind_wide_arguments) {
  const sys::Fd file = probe::memory_file({});
  CHECK_OK(sys::portable::ftruncate(file, kFarOffset));
  constexpr auto kStart = sys::kSYNC_FILE_RANGE_WRITE;
  CHECK_OK(sys::portable::sync_file_range(file, kFarOffset, 4096, kStart));
  CHECK_OK(sys::portable::sync_file_range(file, 0, kFarOffset, kStart));
  CHECK_ERROR(sys::kEINVAL, sys::portable::sync_file_range(file, -1, 4096, kStart));
  CHECK_ERROR(sys::kEINVAL, sys::portable::sync_file_range(file, kFarOffset, -1, kStart));
  constexpr auto kUnknown = sys::SyncFileRangeFlags::from_bits(0x100);
  CHECK_ERROR(sys::kEINVAL, sys::portable::sync_file_range(file, 0, 4096, kUnknown));
}

SHARED_CASE(statx_tells_what_was_made) {
  const probe::Folder folder;
  folder.write_file("file", sys::text("seven b"));
  CHECK_OK(sys::fchmodat(folder.fd(), "file", probe::mode(0640)));
  CHECK_OK(sys::linkat(folder.fd(), "file", folder.fd(), "second"));
  sys::Statx status = {};
  CHECK_OK(
      sys::statx(folder.fd(), "file", sys::kAT_SYMLINK_NOFOLLOW, sys::kSTATX_BASIC_STATS, status));
  CHECK(status.mask.has(sys::kSTATX_BASIC_STATS));
  CHECK_EQUAL(status.size, 7);
  CHECK_EQUAL(status.nlink, 2);
  CHECK_EQUAL(status.mode, (sys::kS_IFREG | probe::mode(0640)).bits());
  CHECK_EQUAL(to_raw(status.uid), to_raw(sys::portable::geteuid()));
  CHECK(status.ino != 0 && status.blksize != 0 && status.mtime.sec != 0);
  folder.remove("second");
  folder.remove("file");
}

SHARED_CASE(statx_tells_a_device_apart) {
  sys::Statx status = {};
  CHECK_OK(sys::statx(sys::kCwd, "/dev/null", {}, sys::kSTATX_BASIC_STATS, status));
  CHECK_EQUAL(status.mode & sys::kS_IFMT.bits(), sys::kS_IFCHR.bits());
  CHECK_EQUAL(status.rdev_major, 1);
  CHECK_EQUAL(status.rdev_minor, 3);
}

SHARED_CASE(getdents64_lists_a_folder) {
  const probe::Folder folder;
  folder.write_file("file", {});
  CHECK_OK(sys::symlinkat("target", folder.fd(), "link"));
  alignas(sys::Dirent64) char buffer[1024];
  const size_t size = CHECK_VALUE(sys::getdents64(folder.fd(), buffer));
  int files = 0;
  int links = 0;
  int folders = 0;
  for (size_t offset = 0; offset < size;) {
    const auto* entry = reinterpret_cast<const sys::Dirent64*>(buffer + offset);
    files += entry->type == sys::kDT_REG && check::equal(entry->name, "file") ? 1 : 0;
    links += entry->type == sys::kDT_LNK && check::equal(entry->name, "link") ? 1 : 0;
    folders += entry->type == sys::kDT_DIR ? 1 : 0;
    CHECK(entry->ino != 0 && entry->reclen != 0);
    offset += entry->reclen;
  }
  CHECK_EQUAL(files, 1);
  CHECK_EQUAL(links, 1);
  CHECK_EQUAL(folders, 2);  // itself and its parent
  CHECK_EQUAL(CHECK_VALUE(sys::getdents64(folder.fd(), buffer)), 0);
  folder.remove("link");
  folder.remove("file");
}

SHARED_CASE(statfs_names_the_file_system) {
  sys::Statfs file_system = {};
  CHECK_OK(sys::portable::statfs("/proc", file_system));
  CHECK_EQUAL(file_system.type, sys::kPROC_SUPER_MAGIC);
  const sys::Fd file = probe::memory_file({});
  CHECK_OK(sys::portable::fstatfs(file, file_system));
  CHECK_EQUAL(file_system.type, sys::kTMPFS_MAGIC);
  CHECK_EQUAL(file_system.bsize, file_system.frsize);
  CHECK_EQUAL(file_system.namelen, 255);
}

SHARED_CASE(names_are_exchanged) {
  const probe::Folder folder;
  folder.write_file("a", sys::text("was a"));
  CHECK_OK(sys::symlinkat("was b", folder.fd(), "b"));
  const auto exchanged = sys::renameat2(folder.fd(), "a", folder.fd(), "b", sys::kRENAME_EXCHANGE);
  if (exchanged.ok()) {
    char target[16] = {};
    CHECK_EQUAL(CHECK_VALUE(sys::readlinkat(folder.fd(), "a", target)), 5);
    CHECK(check::equal(target, "was b"));
  }
  folder.remove("a");
  folder.remove("b");
  if (!exchanged.ok()) {
    check::skip_error("RENAME_EXCHANGE here", exchanged.error());
  }
}

SHARED_CASE(vectors_are_read_and_written) {
  const sys::Fd file = probe::memory_file({});
  const sys::Iovec parts[] = {{"ab", 2}, {"", 0}, {"cde", 3}};
  CHECK_EQUAL(CHECK_VALUE(sys::writev(file, parts)), 5);
  CHECK_OK(sys::portable::lseek(file, 0, sys::kSEEK_SET));
  char first[2] = {};
  char second[8] = {};
  const sys::Iovec targets[] = {{first, 1}, {second, 7}};
  CHECK_EQUAL(CHECK_VALUE(sys::readv(file, targets)), 5);
  CHECK(check::equal(first, "a") && check::equal(second, "bcde"));
}

SHARED_CASE(openat2_stays_beneath) {
  const probe::Folder folder;
  sys::OpenHow how = {};
  how.flags = sys::kO_PATH;
  how.resolve = sys::kRESOLVE_BENEATH;
  const auto inside = sys::openat2(folder.fd(), ".", how);
  if (!inside.ok()) {
    check::skip_error("openat2", inside.error());
  }
  CHECK_ERROR(sys::kEXDEV, sys::openat2(folder.fd(), "..", how));
}

SHARED_CASE(seals_forbid_writing) {
  const sys::Fd file = CHECK_VALUE(sys::memfd_create("sealed", sys::kMFD_ALLOW_SEALING));
  CHECK_OK(
      sys::portable::fcntl(file, sys::kF_ADD_SEALS, static_cast<int>(sys::kF_SEAL_WRITE.bits())));
  CHECK_EQUAL(CHECK_VALUE(sys::portable::fcntl(file, sys::kF_GET_SEALS)),
              sys::kF_SEAL_WRITE.bits());
  CHECK_ERROR(sys::kEPERM, sys::write(file, sys::text("x")));
}
