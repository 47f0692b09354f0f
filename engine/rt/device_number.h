// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "syscalls/constants.h"
#include "syscalls/types.h"

namespace nosc {

// A device's number as mknod(2) takes it. Source: linux/kdev_t.h, new_encode_dev.
constexpr uint32_t device_number(uint32_t major, uint32_t minor) {
  constexpr uint32_t kLowMinor = 0xff;
  return (minor & kLowMinor) | major << 8 | (minor & ~kLowMinor) << 12;
}

// Whether that is the null device, by its number: the name may be anything.
inline bool is_null_device(const sys::Statx& status) {
  return (status.mode & sys::kS_IFMT.bits()) == sys::kS_IFCHR.bits() && status.rdev_major == 1 &&
         status.rdev_minor == 3;
}

}  // namespace nosc
