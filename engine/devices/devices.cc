// SPDX-License-Identifier: Apache-2.0
#include "engine/devices/devices.h"

#include "engine/rt/descriptor_path.h"
#include "engine/rt/passing_fd.h"
#include "engine/rt/rooted.h"
#include "engine/rt/step.h"
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

bool is_device(sys::BorrowedFd fd, const DefaultDevice& device) {
  sys::Statx status;
  or_fail(sys::statx(fd, "", sys::kAT_EMPTY_PATH, sys::kSTATX_TYPE, status), Operation::kStat);
  return (status.mode & sys::kS_IFMT.bits()) == sys::kS_IFCHR.bits() &&
         status.rdev_major == device.major && status.rdev_minor == device.minor;
}

// Opens a node by its last name, never through a symbolic link.
sys::Fd open_node(sys::BorrowedFd directory, sys::CStr name) {
  return or_fail(sys::openat(directory, name, sys::kO_PATH | sys::kO_NOFOLLOW | sys::kO_CLOEXEC),
                 Operation::kOpen);
}

// Creates an empty file of the device's name and binds the host's node over it.
void bind_device(const DefaultDevice& device, sys::BorrowedFd directory) {
  const sys::Fd host = open_node(sys::kAT_FDCWD, sys::CStr::from_terminated(device.path));
  if (!is_device(host, device)) fail_step(Operation::kVerify, sys::kENODEV);
  const sys::Fd file = or_fail(sys::openat(directory, name_of(device),
                                           sys::kO_CREAT | sys::kO_EXCL | sys::kO_NOFOLLOW |
                                               sys::kO_RDONLY | sys::kO_CLOEXEC,
                                           sys::Mode::from_bits(0666)),
                               Operation::kCreate);
  or_fail(sys::mount(DescriptorPath(host).path(), DescriptorPath(file).path(), nullptr,
                     sys::kMS_BIND, nullptr),
          Operation::kBind);
}

// Removes what the image has at a device's name. Returns true if it is that device, which stays.
bool keep_or_remove(const DefaultDevice& device, sys::BorrowedFd directory) {
  const sys::Fd existing = open_node(directory, name_of(device));
  if (is_device(existing, device)) return true;
  or_fail(sys::unlinkat(directory, name_of(device), sys::AtFlags{}), Operation::kCreate);
  return false;
}

void create_device(const DefaultDevice& device, sys::BorrowedFd directory) {
  for (;;) {
    const auto made =
        sys::mknodat(directory, name_of(device), sys::kS_IFCHR | sys::Mode::from_bits(0666),
                     device_number(device));
    if (made) return;
    if (made.failed_with(sys::kEPERM)) return bind_device(device, directory);
    if (!made.failed_with(sys::kEEXIST)) fail_step(Operation::kCreate, made.error());
    if (keep_or_remove(device, directory)) return;
  }
}

}  // namespace

std::span<const DefaultDevice> default_devices() { return kDevices; }
std::span<const DefaultLink> default_links() { return kLinks; }

void apply_default_devices(sys::BorrowedFd root) {
  begin_step(Step::kDevice);
  const PassingFd directory =
      or_fail(rt::make_directories_beneath(root, "/dev", 0755), Operation::kOpen);
  for (size_t i = 0; i < std::size(kDevices); ++i) {
    begin_step(Step::kDevice, i);
    create_device(kDevices[i], directory);
  }
  for (size_t i = 0; i < std::size(kLinks); ++i) {
    begin_step(Step::kLink, i);
    const auto made = sys::symlinkat(sys::CStr::from_terminated(kLinks[i].target), directory,
                                     sys::CStr::from_terminated(kLinks[i].name));
    if (!made.failed_with(sys::kEEXIST)) or_fail(made, Operation::kCreate);
  }
}

}  // namespace nosc::devices
