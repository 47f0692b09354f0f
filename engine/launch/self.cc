// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/self.h"

#include "engine/process/process.h"
#include "engine/rt/files.h"

namespace nosc::launch {

Result<sys::Fd> open_self_copy(Arena& arena) {
  constexpr size_t kLargestProgramBytes = size_t{1} << 20;
  return process::seal_program(TRY(read_file("/proc/self/exe", kLargestProgramBytes, arena)));
}

}  // namespace nosc::launch
