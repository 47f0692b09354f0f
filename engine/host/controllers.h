// SPDX-License-Identifier: Apache-2.0
#pragma once

// The cgroup controllers that nosc knows, and sets of them.

#include <cstdint>
#include <string_view>

namespace nosc {

enum class Controller : uint8_t {
  kCpu,
  kCpuacct,
  kCpuset,
  kMemory,
  kPids,
  kDevices,
  kFreezer,
  kIo,  // "blkio" in version 1
  kHugetlb,
  kRdma,
  kNetCls,
  kNetPrio,
  kPerfEvent,
  kMisc,
  kOther,  // a version 1 hierarchy of another name, such as systemd's, which has none
};
inline constexpr int kControllerCount = 15;

// Hierarchies that a host can have: one for each of the above, and cgroup2's.
inline constexpr int kMaximumHierarchies = kControllerCount + 1;

class Controllers {
 public:
  constexpr Controllers() = default;
  static constexpr Controllers from_bits(uint16_t bits) {
    Controllers set;
    set.bits_ = bits;
    return set;
  }

  constexpr uint16_t bits() const { return bits_; }
  constexpr bool has(Controller controller) const {
    return (bits_ >> static_cast<unsigned>(controller) & 1) != 0;
  }
  constexpr void add(Controller controller) {
    bits_ = static_cast<uint16_t>(bits_ | 1U << static_cast<unsigned>(controller));
  }
  constexpr explicit operator bool() const { return bits_ != 0; }

 private:
  uint16_t bits_ = 0;
};

namespace host {

// The name of a controller in cgroup2's files, for example "io".
const char* controller_name(Controller controller);

// The controller of a name of either version; kOther for a name that nosc doesn't know.
Controller controller_of(std::string_view name);

}  // namespace host
}  // namespace nosc
