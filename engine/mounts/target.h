// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "engine/mounts/mounts.h"
#include "engine/rt/descriptor_path.h"
#include "engine/rt/rooted.h"
#include "syscalls/sys.h"

namespace nosc::mounts {

// What follows works for the present step of the set-up, and ends it on failure.

// True if a descriptor shows a directory.
bool is_directory(sys::BorrowedFd fd);

// Makes a mount read-only and leaves the rest of it as it is.
// Shape: `path` is its name for kernels before 5.12, which have no mount_setattr.
void set_read_only(sys::BorrowedFd mounted, sys::CStr path);

// True where `fd` lies in a proc file system.
bool is_on_proc(sys::BorrowedFd fd);

struct Target {
  sys::Fd fd;
  bool is_new = false;
};

// Opens the path of a mount's destination beneath `root` (O_PATH), creating it where it is
// missing: as a directory, or as an empty file when `source` is one. Refuses one in a proc file
// system where the record may not cover it.
// Shape: `parent` is where the mount point before it was made, if it was: nothing but that has been
// mounted since, so that the next one may be made there without a look at the path.
// Pre: `source` is the opened source of a bind mount, or invalid for file systems.
Target open_target(const MountRecord& record, sys::BorrowedFd root, sys::BorrowedFd source,
                   rt::Parent& parent);

// Copies what `image` (O_PATH) has in it to the empty directory `target`: files, directories,
// links, devices and FIFOs with owner and mode. What can't be copied so is an error.
void copy_tree(sys::BorrowedFd image, sys::BorrowedFd target);

// Binds `source` over `target` with the record's flags, by the newer calls or, where the kernel
// lacks them, by mount(2).
void bind(const MountRecord& record, sys::BorrowedFd root, sys::BorrowedFd source,
          sys::BorrowedFd target);

}  // namespace nosc::mounts
