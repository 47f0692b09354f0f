// SPDX-License-Identifier: Apache-2.0
#pragma once

// A container's id is taken for as long as its nosc lives.
//
// The claim is a lock on one small file in the state directory (/run/nosc for root,
// $XDG_RUNTIME_DIR/nosc for everybody else). The kernel lets go of the lock when the process ends
// in any way, so a nosc that was killed blocks nobody: its file is taken over.

#include <string_view>

#include "engine/rt/arena.h"
#include "engine/rt/undo.h"
#include "engine/state/record.h"
#include "syscalls/sys/fd.h"

namespace nosc::state {

// An id in use by this process.
class Claim {
 public:
  // Takes the id. `root` is the state directory, made where it is missing (mode 0700), and must be
  // `owner`'s, who is the effective user.
  // Errors: kConflict when a living nosc has it.
  Claim(std::string_view root, uint32_t owner, std::string_view id, Arena& arena);
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  static void release(void* claim);

  sys::Fd directory_;
  sys::Fd file_;
  const char* name_;
  Undo undo_{release, this};
};

}  // namespace nosc::state
