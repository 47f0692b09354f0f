// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

namespace sys {

// Numbers that the kernel passes as plain integers but that never mean each other.
enum class Pid : int {};
enum class Uid : uint32_t {};
enum class Gid : uint32_t {};

// The number behind an id, a signal or any other of the layer's enumerations.
template <typename Enum>
  requires(__is_enum(Enum))
[[gnu::always_inline]] constexpr auto to_raw(Enum value) {
  return static_cast<__underlying_type(Enum)>(value);
}

// "Leave this id as it is" in the calls that set several.
inline constexpr Uid kKeepUid{~uint32_t{0}};
inline constexpr Gid kKeepGid{~uint32_t{0}};

}  // namespace sys
