// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/rt/writer.h"
#include "syscalls/sys/cstr.h"
#include "syscalls/sys/ids.h"

namespace nosc {

// The name of a process's file in /proc: "/proc/PID/FILE".
// Pre: /proc is the host's, where the whole path is used. `file` has at most 16 characters.
class ProcessPath {
 public:
  ProcessPath(sys::Pid pid, const char* file);

  const char* c_str() const { return text_.view().data(); }
  sys::CStr path() const { return sys::CStr::from_terminated(text_.view().data()); }
  // The same without "/proc/": the name in a proc file system's root.
  sys::CStr name() const { return sys::CStr::from_terminated(text_.view().data() + 6); }

 private:
  BufferWriter<40> text_;
};

}  // namespace nosc
