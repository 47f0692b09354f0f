// SPDX-License-Identifier: Apache-2.0
#include "engine/net/loopback.h"

#include "engine/rt/passing_fd.h"
#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::net {

void apply_loopback(sys::NamespaceFlags created) {
  if (!created.has(sys::kCLONE_NEWNET)) return;
  begin_step(Step::kLoopback);
  const PassingFd socket = or_fail(
      sys::socket(sys::kAF_UNIX, sys::kSOCK_DGRAM | sys::kSOCK_CLOEXEC, 0), Operation::kOpen);
  sys::Ifreq request{};
  request.name[0] = 'l';
  request.name[1] = 'o';
  request.flags = sys::kIFF_UP;
  or_fail(sys::ioctl(socket, sys::kSIOCSIFFLAGS, &request), Operation::kSet);
}

}  // namespace nosc::net
