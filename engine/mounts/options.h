// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/rt/place.h"
#include "engine/rt/writer.h"
#include "syscalls/constants.h"

namespace nosc::mounts {

// Whether a mount shows a new file system or a part of the host's tree.
enum class Binding : uint8_t {
  kNone,       // a file system of its own
  kOne,        // `bind`: the mount at the source alone
  kRecursive,  // `rbind`: with the mounts beneath it
};

// The flags of one mount, as opposed to those of its file system, in the bits of mount(2): their
// options have a recursive form that starts with "r".
inline constexpr sys::MountFlags kPerMount =
    sys::kMS_RDONLY | sys::kMS_NOSUID | sys::kMS_NODEV | sys::kMS_NOEXEC | sys::kMS_NOATIME |
    sys::kMS_NODIRATIME | sys::kMS_RELATIME | sys::kMS_STRICTATIME | sys::kMS_NOSYMFOLLOW;

// What the option list of one entry of `mounts` asks for.
struct MountOptions {
  // Flags of mount(2) that are wanted, and those that are explicitly not wanted (`rw`, `dev`, ...).
  sys::MountFlags set{};
  sys::MountFlags cleared{};
  // MS_PRIVATE and kin, with MS_REC for the r-forms; zero where the option list names none.
  sys::MountFlags propagation{};
  // The same as `set` and `cleared` for the whole tree of a bind mount (`rro`, `rnosuid`, ...).
  sys::MountFlags recursive_set{};
  sys::MountFlags recursive_cleared{};
  Binding binding = Binding::kNone;
  bool copy_up = false;  // `tmpcopyup`
  // Options that no table knows, joined by commas, for the file system itself. NUL-terminated.
  const char* data = "";
};

// Sorts the options of one mount into flags and file system data.
// Errors: an option that is known and not supported yet (`idmap`, `ridmap`), by name.
// Source: runtime-spec 1.3.0, config.md, "Linux mount options"; mount(2).
MountOptions parse_options(std::span<const std::string_view> options, Place place, Arena& arena);

// Names every option that parse_options() takes, the recursive forms included, as quoted strings
// separated by commas.
void write_all_option_names(Writer& out);

// Writes the names of options, separated by commas, that stand for `flags`.
void write_option_names(sys::MountFlags flags, Writer& out);

}  // namespace nosc::mounts
