// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/process_path.h"

namespace nosc {

ProcessPath::ProcessPath(sys::Pid pid, const char* file) {
  text_.text("/proc/").decimal(static_cast<uint32_t>(sys::to_raw(pid))).character('/').text(file);
  text_.terminated();
}

}  // namespace nosc
