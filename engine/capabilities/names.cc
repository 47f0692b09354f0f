// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "engine/capabilities/capabilities.h"
#include "syscalls/sys.h"

namespace nosc::capabilities {
namespace {

struct Name {
  sys::CapabilityNumber number;
  std::string_view text;  // without "CAP_"
};

constexpr Name kSource[] = {
    {sys::kCAP_CHOWN, "CHOWN"},
    {sys::kCAP_DAC_OVERRIDE, "DAC_OVERRIDE"},
    {sys::kCAP_DAC_READ_SEARCH, "DAC_READ_SEARCH"},
    {sys::kCAP_FOWNER, "FOWNER"},
    {sys::kCAP_FSETID, "FSETID"},
    {sys::kCAP_KILL, "KILL"},
    {sys::kCAP_SETGID, "SETGID"},
    {sys::kCAP_SETUID, "SETUID"},
    {sys::kCAP_SETPCAP, "SETPCAP"},
    {sys::kCAP_LINUX_IMMUTABLE, "LINUX_IMMUTABLE"},
    {sys::kCAP_NET_BIND_SERVICE, "NET_BIND_SERVICE"},
    {sys::kCAP_NET_BROADCAST, "NET_BROADCAST"},
    {sys::kCAP_NET_ADMIN, "NET_ADMIN"},
    {sys::kCAP_NET_RAW, "NET_RAW"},
    {sys::kCAP_IPC_LOCK, "IPC_LOCK"},
    {sys::kCAP_IPC_OWNER, "IPC_OWNER"},
    {sys::kCAP_SYS_MODULE, "SYS_MODULE"},
    {sys::kCAP_SYS_RAWIO, "SYS_RAWIO"},
    {sys::kCAP_SYS_CHROOT, "SYS_CHROOT"},
    {sys::kCAP_SYS_PTRACE, "SYS_PTRACE"},
    {sys::kCAP_SYS_PACCT, "SYS_PACCT"},
    {sys::kCAP_SYS_ADMIN, "SYS_ADMIN"},
    {sys::kCAP_SYS_BOOT, "SYS_BOOT"},
    {sys::kCAP_SYS_NICE, "SYS_NICE"},
    {sys::kCAP_SYS_RESOURCE, "SYS_RESOURCE"},
    {sys::kCAP_SYS_TIME, "SYS_TIME"},
    {sys::kCAP_SYS_TTY_CONFIG, "SYS_TTY_CONFIG"},
    {sys::kCAP_MKNOD, "MKNOD"},
    {sys::kCAP_LEASE, "LEASE"},
    {sys::kCAP_AUDIT_WRITE, "AUDIT_WRITE"},
    {sys::kCAP_AUDIT_CONTROL, "AUDIT_CONTROL"},
    {sys::kCAP_SETFCAP, "SETFCAP"},
    {sys::kCAP_MAC_OVERRIDE, "MAC_OVERRIDE"},
    {sys::kCAP_MAC_ADMIN, "MAC_ADMIN"},
    {sys::kCAP_SYSLOG, "SYSLOG"},
    {sys::kCAP_WAKE_ALARM, "WAKE_ALARM"},
    {sys::kCAP_BLOCK_SUSPEND, "BLOCK_SUSPEND"},
    {sys::kCAP_AUDIT_READ, "AUDIT_READ"},
    {sys::kCAP_PERFMON, "PERFMON"},
    {sys::kCAP_BPF, "BPF"},
    {sys::kCAP_CHECKPOINT_RESTORE, "CHECKPOINT_RESTORE"},
};

constexpr size_t packed_bytes() {
  size_t bytes = 0;
  for (const Name& name : kSource) bytes += name.text.size() + 1;
  return bytes;
}

// All names in the order of their numbers, each with a NUL behind it: a third of what a table of
// pointers takes, and the number is counted instead of stored.
constexpr std::array<char, packed_bytes()> pack() {
  std::array<char, packed_bytes()> packed{};
  size_t end = 0;
  for (uint32_t number = 0; number < std::size(kSource); ++number) {
    for (const Name& name : kSource) {
      if (static_cast<uint32_t>(name.number) != number) continue;
      for (const char c : name.text) packed[end++] = c;
      ++end;
    }
  }
  return packed;
}

constexpr std::array<char, packed_bytes()> kPacked = pack();
static_assert(kPacked[packed_bytes() - 2] != '\0', "the numbers leave a gap");

}  // namespace

int capability_number(std::string_view name) {
  constexpr std::string_view kPrefix = "CAP_";
  if (!name.starts_with(kPrefix)) return -1;
  name.remove_prefix(kPrefix.size());
  int number = 0;
  for (const char* next = kPacked.data(); next != kPacked.data() + kPacked.size(); ++number) {
    const std::string_view known(next);
    if (known == name) return number;
    next += known.size() + 1;
  }
  return -1;
}

}  // namespace nosc::capabilities
