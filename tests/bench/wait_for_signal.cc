// SPDX-License-Identifier: Apache-2.0
//
// The payload whose life is measured from outside: it does nothing until it is killed.

#include "syscalls/freestanding/start.h"
#include "syscalls/portable.h"

int sys_main(int /*argc*/, char** /*argv*/, char** /*envp*/) {
  for (;;) (void)sys::portable::ppoll({}, nullptr, nullptr);
}
