// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace nosc {

// A device's number as mknod(2) takes it. Source: linux/kdev_t.h, new_encode_dev.
constexpr uint32_t device_number(uint32_t major, uint32_t minor) {
  constexpr uint32_t kLowMinor = 0xff;
  return (minor & kLowMinor) | major << 8 | (minor & ~kLowMinor) << 12;
}

}  // namespace nosc
