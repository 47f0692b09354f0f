// SPDX-License-Identifier: Apache-2.0
#pragma once

// The device nodes and links that every container gets in its /dev.
//
// /dev is opened once beneath the root, so an image whose /dev is a symbolic link can't lead the
// nodes elsewhere (CVE-2026-41579). Nodes are created where the kernel lets this process; in a user
// namespace it doesn't, and the host's own nodes are bound instead, each checked to be the device
// that its name promises.
//
// Source: runtime-spec 1.3.0, config-linux.md, "Default Devices" and "Dev symbolic links".

#include <cstdint>
#include <span>

#include "syscalls/sys/fd.h"

namespace nosc::devices {

struct DefaultDevice {
  char path[13];  // "/dev/" and the name
  uint8_t major;
  uint8_t minor;
};

struct DefaultLink {
  char name[7];
  char target[16];
};

std::span<const DefaultDevice> default_devices();
std::span<const DefaultLink> default_links();

// Creates the default devices and links in /dev beneath `root`. What is there already and is the
// right device stays.
// Pre: the umask is 0; the host's tree is still the root of this process.
// Steps: kDevice and kLink with the index into the lists above.
void apply_default_devices(sys::BorrowedFd root);

}  // namespace nosc::devices
