// SPDX-License-Identifier: Apache-2.0
#include "engine/devices/devices.h"

#include "engine/rt/descriptor_path.h"
#include "engine/rt/rooted.h"
#include "syscalls/sys.h"

namespace nosc::devices {
namespace {

constexpr DefaultDevice kDevices[] = {
    {"/dev/null", 1, 3},   {"/dev/zero", 1, 5},    {"/dev/full", 1, 7},
    {"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0},
};

constexpr DefaultLink kLinks[] = {
    {"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"},
};

constexpr size_t kDirectoryBytes = sizeof("/dev/") - 1;

sys::CStr name_of(const DefaultDevice& device) {
  return sys::CStr::from_terminated(device.path + kDirectoryBytes);
}

// The number in the kernel's encoding, which is this simple for small ones.
constexpr unsigned device_number(const DefaultDevice& device) {
  return static_cast<unsigned>(device.major) << 8 | device.minor;
}

sys::Result<bool> is_device(sys::BorrowedFd fd, const DefaultDevice& device) {
  sys::Statx status;
  auto result = sys::statx(fd, "", sys::kAT_EMPTY_PATH, sys::kSTATX_TYPE, status);
  if (!result) return result.error();
  return sys::Result<bool>::from_raw((status.mode & sys::kS_IFMT.bits()) == sys::kS_IFCHR.bits() &&
                                     status.rdev_major == device.major &&
                                     status.rdev_minor == device.minor);
}

Failure device_failure(Operation operation, sys::Errno error) {
  return fail(Step::kDevice, operation, error);
}

// Opens a node by its last name, never through a symbolic link.
sys::Result<sys::Fd> open_node(sys::BorrowedFd directory, sys::CStr name) {
  return sys::openat(directory, name, sys::kO_PATH | sys::kO_NOFOLLOW | sys::kO_CLOEXEC);
}

// Creates an empty file of the device's name and binds the host's node over it.
Failure bind_device(const DefaultDevice& device, sys::BorrowedFd directory) {
  auto host = open_node(sys::kAT_FDCWD, sys::CStr::from_terminated(device.path));
  if (!host) return device_failure(Operation::kOpen, host.error());
  auto right = is_device(*host, device);
  if (!right) return device_failure(Operation::kStat, right.error());
  if (!*right) return device_failure(Operation::kVerify, sys::kENODEV);
  auto file = sys::openat(
      directory, name_of(device),
      sys::kO_CREAT | sys::kO_EXCL | sys::kO_NOFOLLOW | sys::kO_RDONLY | sys::kO_CLOEXEC,
      sys::Mode::from_bits(0666));
  if (!file) return device_failure(Operation::kCreate, file.error());
  auto bound = sys::mount(DescriptorPath(*host).path(), DescriptorPath(*file).path(), nullptr,
                          sys::kMS_BIND, nullptr);
  if (!bound) return device_failure(Operation::kBind, bound.error());
  return {};
}

// Removes what the image has at a device's name, unless it is that device.
Failure clear_name(const DefaultDevice& device, sys::BorrowedFd directory, bool& present) {
  auto existing = open_node(directory, name_of(device));
  if (!existing) return device_failure(Operation::kOpen, existing.error());
  auto right = is_device(*existing, device);
  if (!right) return device_failure(Operation::kStat, right.error());
  present = *right;
  if (present) return {};
  auto removed = sys::unlinkat(directory, name_of(device), sys::AtFlags{});
  if (!removed) return device_failure(Operation::kCreate, removed.error());
  return {};
}

Failure create_device(const DefaultDevice& device, sys::BorrowedFd directory) {
  for (;;) {
    auto made = sys::mknodat(directory, name_of(device), sys::kS_IFCHR | sys::Mode::from_bits(0666),
                             device_number(device));
    if (made) return {};
    if (made.error() == sys::kEEXIST) {
      bool present = false;
      TRY_STEP(clear_name(device, directory, present));
      if (present) return {};
      continue;
    }
    if (made.error() != sys::kEPERM) return device_failure(Operation::kCreate, made.error());
    return bind_device(device, directory);
  }
}

}  // namespace

std::span<const DefaultDevice> default_devices() { return kDevices; }
std::span<const DefaultLink> default_links() { return kLinks; }

Failure apply_default_devices(sys::BorrowedFd root) {
  auto directory = rt::make_directories_beneath(root, "/dev", 0755);
  if (!directory) return device_failure(Operation::kOpen, directory.error());
  uint32_t index = 0;
  for (const DefaultDevice& device : kDevices) {
    Failure failure = create_device(device, *directory);
    failure.index = index++;
    TRY_STEP(failure);
  }
  index = 0;
  for (const DefaultLink& link : kLinks) {
    auto made = sys::symlinkat(sys::CStr::from_terminated(link.target), *directory,
                               sys::CStr::from_terminated(link.name));
    if (!made && made.error() != sys::kEEXIST) {
      return fail(Step::kLink, Operation::kCreate, made.error(), index);
    }
    ++index;
  }
  return {};
}

}  // namespace nosc::devices
