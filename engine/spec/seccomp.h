// SPDX-License-Identifier: Apache-2.0
#pragma once

// The model of `linux.seccomp`, a part of config.h.
// Source: opencontainers/runtime-spec 1.3.0, config-linux.md, "Seccomp".

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace nosc::spec {

// Each enumeration is in the order of its names in fields.cc.
enum class SeccompAction : uint8_t {
  kKill,
  kKillProcess,
  kKillThread,
  kTrap,
  kErrno,
  kTrace,
  kAllow,
  kLog,
  kNotify,
};
inline constexpr int kSeccompActionCount = 9;

enum class SeccompOperator : uint8_t {
  kNotEqual,
  kLess,
  kLessOrEqual,
  kEqual,
  kGreaterOrEqual,
  kGreater,
  kMaskedEqual,  // (argument & value) == value_two
};
inline constexpr int kSeccompOperatorCount = 7;

enum class SeccompArchitecture : uint8_t {
  kX86,
  kAmd64,
  kX32,
  kArm,
  kAarch64,
  kMips,
  kMips64,
  kMips64N32,
  kMipsel,
  kMipsel64,
  kMipsel64N32,
  kPpc,
  kPpc64,
  kPpc64le,
  kS390,
  kS390x,
  kParisc,
  kParisc64,
  kRiscv64,
  kLoongarch64,
  kM68k,
  kSh,
  kSheb,
};
inline constexpr int kSeccompArchitectureCount = 23;

enum class SeccompFlag : uint8_t { kTsync, kLog, kSpecAllow, kWaitKillableRecv };
inline constexpr int kSeccompFlagCount = 4;

struct SeccompArgument {
  uint32_t index = 0;
  SeccompOperator op = SeccompOperator::kNotEqual;
  uint64_t value = 0;
  uint64_t value_two = 0;
};

struct SeccompSyscall {
  std::span<const std::string_view> names;  // none of them empty
  SeccompAction action = SeccompAction::kKill;
  std::optional<uint32_t> errno_ret;
  std::span<const SeccompArgument> args;
};

struct Seccomp {
  bool present = false;
  SeccompAction default_action = SeccompAction::kKill;
  std::optional<uint32_t> default_errno_ret;
  std::span<const SeccompArchitecture> architectures;
  // Absent, it isn't the same as empty: data() tells.
  std::span<const SeccompFlag> flags;
  std::string_view listener_path;
  std::string_view listener_metadata;
  std::span<const SeccompSyscall> syscalls;
};

}  // namespace nosc::spec
