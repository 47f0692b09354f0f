// SPDX-License-Identifier: Apache-2.0
#include "engine/net/loopback.h"

#include "syscalls/sys.h"

namespace nosc::net {

Failure apply_loopback(sys::CloneFlags created) {
  if (!created.has(sys::kCLONE_NEWNET)) return {};
  auto socket = sys::socket(sys::kAF_UNIX, sys::kSOCK_DGRAM | sys::kSOCK_CLOEXEC, 0);
  if (!socket) return fail(Step::kLoopback, Operation::kOpen, socket.error());
  sys::Ifreq request{};
  request.name[0] = 'l';
  request.name[1] = 'o';
  request.flags = sys::kIFF_UP;
  auto up = sys::ioctl(*socket, sys::kSIOCSIFFLAGS, &request);
  if (!up) return fail(Step::kLoopback, Operation::kSet, up.error());
  return {};
}

}  // namespace nosc::net
