// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/rt/rooted.h"

namespace nosc::rt {

// What the walk does about a component that doesn't exist.
enum class Missing : uint8_t {
  kFail,
  kMakeDirectory,  // makes directories, the last component too
  kMakeFile,       // makes directories, and a file for the last component
};

struct WalkOptions {
  sys::OpenFlags flags;  // for the last component
  Links links = Links::kFollowInRoot;
  Missing missing = Missing::kFail;
  uint32_t mode = 0;  // of what kMakeDirectory or kMakeFile makes
};

// Opens a path beneath a root component by component; rooted.h says how and why.
sys::Result<sys::Fd> walk_beneath(sys::BorrowedFd root, const char* path,
                                  const WalkOptions& options);

}  // namespace nosc::rt
