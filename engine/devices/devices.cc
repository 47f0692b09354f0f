// SPDX-License-Identifier: Apache-2.0
#include "engine/devices/devices.h"

#include "engine/rt/descriptor_path.h"
#include "engine/rt/device_number.h"
#include "engine/rt/error.h"
#include "engine/rt/passing_fd.h"
#include "engine/rt/paths.h"
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
constexpr uint32_t kLargestMajor = 0xfff;
constexpr uint32_t kLargestMinor = 0xfffff;

// What stands in a node's place when something is there already.
enum class Existing : uint8_t { kMustMatch, kIsReplaced };

sys::CStr name_of(const DeviceRecord& device) { return sys::CStr::from_terminated(device.name); }

bool is_device(sys::BorrowedFd fd, const DeviceRecord& device) {
  sys::Statx status;
  or_fail(sys::statx(fd, "", sys::kAT_EMPTY_PATH, sys::kSTATX_TYPE, status), Operation::kStat);
  const unsigned type = device.mode.bits() & sys::kS_IFMT.bits();
  return (status.mode & sys::kS_IFMT.bits()) == type &&
         (type == sys::kS_IFIFO.bits() ||
          (status.rdev_major == device.major && status.rdev_minor == device.minor));
}

// Opens a node by its last name, never through a symbolic link.
sys::Fd open_node(sys::BorrowedFd directory, sys::CStr name) {
  return or_fail(sys::openat(directory, name, sys::kO_PATH | sys::kO_NOFOLLOW | sys::kO_CLOEXEC),
                 Operation::kOpen);
}

// Creates an empty file of the device's name and binds the host's node over it.
void bind_device(const DeviceRecord& device, sys::BorrowedFd directory) {
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

void create_device(const DeviceRecord& device, sys::BorrowedFd directory, Existing existing) {
  for (;;) {
    const auto made = sys::mknodat(directory, name_of(device), device.mode,
                                   device_number(device.major, device.minor));
    if (made) break;
    if (made.failed_with(sys::kEPERM)) return bind_device(device, directory);
    if (!made.failed_with(sys::kEEXIST)) fail_step(Operation::kCreate, made.error());
    const sys::Fd present = open_node(directory, name_of(device));
    if (is_device(present, device)) return;
    if (existing == Existing::kMustMatch) fail_step(Operation::kVerify, sys::kEEXIST);
    or_fail(sys::unlinkat(directory, name_of(device), {}), Operation::kCreate);
  }
  if (device.uid == sys::Uid{0} && device.gid == sys::Gid{0}) return;
  or_fail(
      sys::fchownat(directory, name_of(device), device.uid, device.gid, sys::kAT_SYMLINK_NOFOLLOW),
      Operation::kSet);
}

void apply_defaults(size_t first, sys::BorrowedFd directory) {
  for (size_t i = 0; i < std::size(kDevices); ++i) {
    begin_step(Step::kDevice, first + i);
    const DefaultDevice& device = kDevices[i];
    DeviceRecord record;
    record.path = device.path;
    record.name = device.path + kDirectoryBytes;
    record.mode = sys::kS_IFCHR | sys::Mode::from_bits(0666);
    record.major = device.major;
    record.minor = device.minor;
    create_device(record, directory, Existing::kIsReplaced);
  }
  for (size_t i = 0; i < std::size(kLinks); ++i) {
    begin_step(Step::kLink, i);
    const auto made = sys::symlinkat(sys::CStr::from_terminated(kLinks[i].target), directory,
                                     sys::CStr::from_terminated(kLinks[i].name));
    if (!made.failed_with(sys::kEEXIST)) or_fail(made, Operation::kCreate);
  }
}

uint32_t plan_number(const spec::Limit& number, uint32_t largest, Place place, const char* name) {
  place.tail = name;
  if (!number) fail_invalid(place, "is required");
  if (*number < 0 || *number > largest) fail_invalid(place, "isn't a device number");
  return static_cast<uint32_t>(*number);
}

sys::Mode plan_type(std::string_view type, Place place) {
  place.tail = "type";
  if (type == "c" || type == "u") return sys::kS_IFCHR;
  if (type == "b") return sys::kS_IFBLK;
  if (type == "p") return sys::kS_IFIFO;
  fail_invalid(place, "isn't c, u, b or p", type);
}

DeviceRecord plan_device(const spec::Device& device, Place place, Arena& arena) {
  DeviceRecord record;
  record.place = place;
  const std::string_view path = clean_path(device.path, arena);
  const size_t slash = path.rfind('/');
  if (path.size() == 1) fail_invalid(place, "isn't a file's path", device.path);
  record.path = path.data();
  record.name = path.data() + slash + 1;
  record.directory = arena.copy_string(path.substr(0, slash == 0 ? 1 : slash)).data();
  const sys::Mode type = plan_type(device.type, place);
  record.mode = type | sys::Mode::from_bits(device.file_mode ? *device.file_mode & 07777 : 0666);
  record.uid = sys::Uid{device.uid};
  record.gid = sys::Gid{device.gid};
  if (type == sys::kS_IFIFO) return record;
  record.major = plan_number(device.major, kLargestMajor, place, "major");
  record.minor = plan_number(device.minor, kLargestMinor, place, "minor");
  return record;
}

}  // namespace

std::span<const DefaultDevice> default_devices() { return kDevices; }
std::span<const DefaultLink> default_links() { return kLinks; }

std::span<const DeviceRecord> plan_devices(std::span<const spec::Device> devices, Arena& arena) {
  const auto records = arena.array<DeviceRecord>(devices.size());
  size_t count = 0;
  for (size_t i = 0; i < devices.size(); ++i) {
    const DeviceRecord record =
        plan_device(devices[i], {"/linux/devices", static_cast<int32_t>(i)}, arena);
    if (std::string_view(record.path) != "/dev/ptmx") records[count++] = record;
  }
  return records.first(count);
}

void apply_devices(std::span<const DeviceRecord> records, sys::BorrowedFd root) {
  for (size_t i = 0; i < records.size(); ++i) {
    begin_step(Step::kDevice, i);
    const PassingFd directory =
        or_fail(rt::make_directories_beneath(root, records[i].directory, 0755), Operation::kOpen);
    create_device(records[i], directory, Existing::kMustMatch);
  }
  begin_step(Step::kDevice, records.size());
  const PassingFd directory =
      or_fail(rt::make_directories_beneath(root, "/dev", 0755), Operation::kOpen);
  apply_defaults(records.size(), directory);
}

}  // namespace nosc::devices
