// SPDX-License-Identifier: Apache-2.0
//
// Namespaces and mounts, where the privileges are there to make them.

#include "tests/arch/probes/support.h"

namespace {

void unshare_or_skip(sys::UnshareFlags namespaces) {
  const auto unshared = sys::unshare(namespaces);
  if (!unshared.ok()) {
    check::skip_error("unshare", unshared.error());
  }
}

}  // namespace

TEST_CASE(uname_names_the_kernel) {
  sys::Utsname name = {};
  CHECK_OK(sys::uname(name));
  CHECK(check::equal(name.sysname, "Linux"));
  CHECK(name.release[0] >= '2' && name.machine[0] != '\0');
}

TEST_CASE(host_name_is_set_in_a_namespace) {
  unshare_or_skip(sys::kCLONE_NEWUTS);
  CHECK_OK(sys::sethostname(sys::text("probe")));
  CHECK_OK(sys::setdomainname(sys::text("domain")));
  sys::Utsname name = {};
  CHECK_OK(sys::uname(name));
  CHECK(check::equal(name.nodename, "probe"));
  CHECK(check::equal(name.domainname, "domain"));
}

TEST_CASE(new_pid_namespace_counts_from_one) {
  unshare_or_skip(sys::kCLONE_NEWPID);
  const sys::Pid pid = probe::start_child([] { return to_raw(sys::getpid()) == 1 ? 0 : 1; });
  CHECK_EQUAL(probe::wait_for(pid), 0);
}

TEST_CASE(file_system_is_mounted_and_unmounted) {
  const probe::Folder folder;
  // Before: the folder's descriptor leads to the mount of the namespace that is left.
  CHECK_OK(sys::fchdir(folder.fd()));
  unshare_or_skip(sys::kCLONE_NEWNS);
  CHECK_OK(sys::mount(nullptr, "/", nullptr, sys::kMS_REC | sys::kMS_PRIVATE));
  CHECK_OK(sys::mkdirat(sys::kCwd, "point", probe::mode(0700)));
  CHECK_OK(sys::mount("none", "point", "tmpfs", sys::kMS_NOEXEC | sys::kMS_NODEV, "size=64k"));
  sys::Statfs file_system = {};
  CHECK_OK(sys::portable::statfs("point", file_system));
  CHECK_EQUAL(file_system.type, sys::kTMPFS_MAGIC);
  CHECK_EQUAL(file_system.blocks * static_cast<uint64_t>(file_system.bsize), 65536);
  CHECK_OK(
      sys::mount(nullptr, "point", nullptr, sys::kMS_REMOUNT | sys::kMS_BIND | sys::kMS_RDONLY));
  CHECK_ERROR(sys::kEROFS, sys::mkdirat(sys::kCwd, "point/folder", probe::mode(0700)));
  CHECK_OK(sys::umount2("point", sys::kMNT_DETACH));
  CHECK_OK(sys::unlinkat(sys::kCwd, "point", sys::kAT_REMOVEDIR));
}

TEST_CASE(namespace_is_joined) {
  unshare_or_skip(sys::kCLONE_NEWUTS);
  CHECK_OK(sys::sethostname(sys::text("first")));
  const auto first = sys::openat(sys::kCwd, "/proc/self/ns/uts", sys::kO_RDONLY);
  if (!first.ok()) {
    check::skip_error("/proc/self/ns/uts", first.error());
  }
  CHECK_OK(sys::unshare(sys::kCLONE_NEWUTS));
  CHECK_OK(sys::sethostname(sys::text("second")));
  CHECK_ERROR(sys::kEINVAL, sys::setns(first.borrow(), sys::kCLONE_NEWNET));
  CHECK_OK(sys::setns(first.borrow(), sys::kCLONE_NEWUTS));
  sys::Utsname name = {};
  CHECK_OK(sys::uname(name));
  CHECK(check::equal(name.nodename, "first"));
}
