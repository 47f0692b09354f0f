// SPDX-License-Identifier: Apache-2.0
#include "engine/spec/write_default.h"

#include <string_view>

namespace nosc::spec {
namespace {

// The text but for its indentation, which follows from the brackets. Lines that start with '-' are
// for root only, those with '+' for rootless callers only, those with '=' for a cgroup namespace;
// '@' stands for a rootless caller's uid, then gid.
//
// What rootless callers can't have: a terminal group, which a user namespace of one id doesn't map;
// a sysfs of their own while the network namespace is the host's; a cgroup mount; rules for
// devices.
constexpr std::string_view kTemplate = R"({
"ociVersion": "1.3.0",
"root": {"path": "rootfs", "readonly": true},
"process": {
"terminal": true,
"user": {"uid": 0, "gid": 0},
"args": ["sh"],
"env": [
"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
"TERM=xterm"
],
"cwd": "/",
"capabilities": {
"bounding": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
"effective": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
"permitted": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
},
"rlimits": [
{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}
],
"noNewPrivileges": true
},
"hostname": "nosc",
"mounts": [
{
"destination": "/proc",
"type": "proc",
"source": "proc"
},
{
"destination": "/dev",
"type": "tmpfs",
"source": "tmpfs",
"options": ["nosuid", "strictatime", "mode=755", "size=65536k"]
},
{
"destination": "/dev/pts",
"type": "devpts",
"source": "devpts",
-"options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]
+"options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
},
{
"destination": "/dev/shm",
"type": "tmpfs",
"source": "shm",
"options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]
},
{
"destination": "/dev/mqueue",
"type": "mqueue",
"source": "mqueue",
"options": ["nosuid", "noexec", "nodev"]
},
{
"destination": "/sys",
-"type": "sysfs",
-"source": "sysfs",
-"options": ["nosuid", "noexec", "nodev", "ro"]
-},
-{
-"destination": "/sys/fs/cgroup",
-"type": "cgroup",
-"source": "cgroup",
-"options": ["nosuid", "noexec", "nodev", "relatime", "ro"]
+"type": "none",
+"source": "/sys",
+"options": ["rbind", "nosuid", "noexec", "nodev", "ro"]
}
],
"linux": {
+"uidMappings": [
+{"containerID": 0, "hostID": @, "size": 1}
+],
+"gidMappings": [
+{"containerID": 0, "hostID": @, "size": 1}
+],
-"resources": {
-"devices": [
-{"allow": false, "access": "rwm"}
-]
-},
"namespaces": [
{"type": "pid"},
{"type": "ipc"},
{"type": "uts"},
{"type": "mount"},
={"type": "cgroup"},
-{"type": "network"}
+{"type": "user"}
],
"maskedPaths": [
"/proc/acpi",
"/proc/asound",
"/proc/kcore",
"/proc/keys",
"/proc/latency_stats",
"/proc/timer_list",
"/proc/timer_stats",
"/proc/sched_debug",
"/proc/scsi",
"/sys/firmware",
"/sys/devices/virtual/powercap"
],
"readonlyPaths": [
"/proc/bus",
"/proc/fs",
"/proc/irq",
"/proc/sys",
"/proc/sysrq-trigger"
]
}
}
)";

// Writes the lines that have no mark or this one; the ids are those of '@', in order.
void write_template(Writer& writer, char mark, CgroupNamespace cgroup_namespace,
                    const uint32_t* id) {
  constexpr std::string_view kMarks = "+-=";
  std::string_view rest = kTemplate;
  uint32_t depth = 0;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find('\n') + 1);
    rest.remove_prefix(line.size());
    if (kMarks.find(line.front()) != kMarks.npos) {
      const bool own = line.front() == '=' && cgroup_namespace == CgroupNamespace::kOwn;
      if (line.front() != mark && !own) continue;
      line.remove_prefix(1);
    }
    const bool closes = line.front() == '}' || line.front() == ']';
    for (uint32_t i = closes; i < depth; ++i) writer.text("  ");
    for (const char c : line) {
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      if (c == '@') {
        writer.decimal(*id++);
      } else {
        writer.character(c);
      }
    }
  }
}

}  // namespace

void write_default(Writer& writer, CgroupNamespace cgroup_namespace) {
  write_template(writer, '-', cgroup_namespace, nullptr);
}

void write_rootless_default(Writer& writer, CgroupNamespace cgroup_namespace, uint32_t uid,
                            uint32_t gid) {
  const uint32_t ids[] = {uid, gid};
  write_template(writer, '+', cgroup_namespace, ids);
}

}  // namespace nosc::spec
