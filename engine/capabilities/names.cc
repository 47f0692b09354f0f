// SPDX-License-Identifier: Apache-2.0
#include "engine/capabilities/capabilities.h"
#include "engine/host/name_table.h"
#include "syscalls/constants.h"

namespace nosc::capabilities {
namespace {

constexpr host::NameRow<sys::CapabilityNumber> kRows[] = {
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

constexpr auto kPacked = host::pack_names<host::packed_bytes(kRows)>(kRows);

}  // namespace

std::span<const char> capability_names() { return kPacked; }

int capability_number(std::string_view name) { return host::find_number(kPacked, "CAP_", name); }

}  // namespace nosc::capabilities
