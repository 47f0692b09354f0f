// SPDX-License-Identifier: Apache-2.0
#pragma once

// The device nodes and links in a container's /dev: those of `linux.devices`, and those that every
// container gets.
//
// The directory of each is opened beneath the root, so an image whose /dev is a symbolic link can't
// lead the nodes elsewhere (CVE-2026-41579). Nodes are created where the kernel lets this process;
// in a user namespace it doesn't, and the host's own nodes are bound instead, each checked to be
// the device that was meant. What the image has in a default device's place is replaced; what it
// has in a configured one's place must be that device.
//
// Source: runtime-spec 1.3.0, config-linux.md, "Devices", "Default Devices" and "Dev symbolic
// links".

#include <cstdint>
#include <span>

#include "engine/rt/arena.h"
#include "engine/rt/place.h"
#include "engine/spec/config.h"
#include "syscalls/sys.h"

namespace nosc::devices {

// A node to be made. Strings are NUL-terminated.
struct DeviceRecord {
  const char* path = "";  // cleaned, absolute: inside the container, and of the host's node
  const char* directory = "";
  const char* name = "";  // the last component
  sys::Mode mode{};       // with its type
  uint32_t major = 0;
  uint32_t minor = 0;
  sys::Uid uid{};
  sys::Gid gid{};
  Place place;
};

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

// Makes the records of `linux.devices`, but for /dev/ptmx, which is a link to the container's own.
// Errors: a type that there isn't, or a number that is missing or out of range.
std::span<const DeviceRecord> plan_devices(std::span<const spec::Device> devices, Arena& arena);

// Creates the configured devices, the default ones and the links beneath `root`. What is there
// already and is the right device stays.
// Pre: the umask is 0; the host's tree is still the root of this process.
// Steps: kDevice and kLink with the index into the records, behind which the default devices are,
// and into the list of links.
void apply_devices(std::span<const DeviceRecord> records, sys::BorrowedFd root);

}  // namespace nosc::devices
