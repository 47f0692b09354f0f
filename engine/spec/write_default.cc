// SPDX-License-Identifier: Apache-2.0
#include "engine/spec/write_default.h"

#include <algorithm>
#include <string_view>

#include "engine/json/json_writer.h"

namespace nosc::spec {
namespace {

using json::JsonWriter;
using json::Lines;

// The ids of a caller without privileges.
struct Ids {
  uint32_t uid;
  uint32_t gid;
};

// Words are separated by spaces, and those that end a line by a line feed.
constexpr std::string_view kCapabilities = "CAP_AUDIT_WRITE CAP_KILL CAP_NET_BIND_SERVICE";
constexpr std::string_view kEnvironment =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=xterm";
constexpr std::string_view kNamespaces = "pid ipc uts mount cgroup network";
constexpr std::string_view kRootlessNamespaces = "pid ipc uts mount cgroup user";
constexpr std::string_view kMaskedPaths =
    "/proc/acpi /proc/asound /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list"
    " /proc/timer_stats /proc/sched_debug /proc/scsi /sys/firmware /sys/devices/virtual/powercap";
constexpr std::string_view kReadonlyPaths =
    "/proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger";

// As in fstab(5): source, destination, type and options, but the latter separated by spaces.
constexpr std::string_view kMounts =
    "proc /proc proc\n"
    "tmpfs /dev tmpfs nosuid strictatime mode=755 size=65536k\n"
    "devpts /dev/pts devpts nosuid noexec newinstance ptmxmode=0666 mode=0620 gid=5\n"
    "shm /dev/shm tmpfs nosuid noexec nodev mode=1777 size=65536k\n"
    "mqueue /dev/mqueue mqueue nosuid noexec nodev\n";
constexpr std::string_view kTerminalGroup = " gid=5";
constexpr std::string_view kSystemMounts =
    "sysfs /sys sysfs nosuid noexec nodev ro\n"
    "cgroup /sys/fs/cgroup cgroup nosuid noexec nodev relatime ro\n";
// A new sysfs belongs to the owner of the network namespace, which is the host's here.
constexpr std::string_view kRootlessSystemMounts = "/sys /sys none rbind nosuid noexec nodev ro\n";

// Takes the characters up to a separator, and the separator, off the front.
std::string_view take(std::string_view& text, char separator) {
  const std::string_view part = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

void write_member(JsonWriter& json, std::string_view key, std::string_view value) {
  json.key(key);
  json.string(value);
}

void write_number(JsonWriter& json, std::string_view key, uint64_t value) {
  json.key(key);
  json.number(value);
}

void write_boolean(JsonWriter& json, std::string_view key, bool value) {
  json.key(key);
  json.boolean(value);
}

void begin_object(JsonWriter& json, std::string_view key) {
  json.key(key);
  json.begin('{');
}

void write_words(JsonWriter& json, std::string_view key, std::string_view words, Lines lines) {
  json.key(key);
  json.begin('[', lines);
  while (!words.empty()) json.string(take(words, ' '));
  json.end(']');
}

void write_process(JsonWriter& json) {
  begin_object(json, "process");
  write_boolean(json, "terminal", false);
  json.key("user");
  json.begin('{', Lines::kOne);
  write_number(json, "uid", 0);
  write_number(json, "gid", 0);
  json.end('}');
  write_words(json, "args", "sh", Lines::kOne);
  write_words(json, "env", kEnvironment, Lines::kMany);
  write_member(json, "cwd", "/");
  begin_object(json, "capabilities");
  for (const std::string_view set : {"bounding", "effective", "permitted"}) {
    write_words(json, set, kCapabilities, Lines::kOne);
  }
  json.end('}');
  json.key("rlimits");
  json.begin('[');
  json.begin('{', Lines::kOne);
  write_member(json, "type", "RLIMIT_NOFILE");
  write_number(json, "hard", 1024);
  write_number(json, "soft", 1024);
  json.end('}');
  json.end(']');
  write_boolean(json, "noNewPrivileges", true);
  json.end('}');
}

void write_mounts(JsonWriter& json, std::string_view table, const Ids* ids) {
  while (!table.empty()) {
    std::string_view line = take(table, '\n');
    const std::string_view source = take(line, ' ');
    json.begin('{');
    write_member(json, "destination", take(line, ' '));
    write_member(json, "type", take(line, ' '));
    write_member(json, "source", source);
    // A user namespace of one id has no group for terminals.
    if (ids != nullptr && line.ends_with(kTerminalGroup)) line.remove_suffix(kTerminalGroup.size());
    if (!line.empty()) write_words(json, "options", line, Lines::kOne);
    json.end('}');
  }
}

void write_mapping(JsonWriter& json, std::string_view key, uint32_t host_id) {
  json.key(key);
  json.begin('[');
  json.begin('{', Lines::kOne);
  write_number(json, "containerID", 0);
  write_number(json, "hostID", host_id);
  write_number(json, "size", 1);
  json.end('}');
  json.end(']');
}

void write_linux(JsonWriter& json, const Ids* ids) {
  begin_object(json, "linux");
  if (ids != nullptr) {
    write_mapping(json, "uidMappings", ids->uid);
    write_mapping(json, "gidMappings", ids->gid);
  }
  json.key("namespaces");
  json.begin('[');
  std::string_view namespaces = ids != nullptr ? kRootlessNamespaces : kNamespaces;
  while (!namespaces.empty()) {
    json.begin('{', Lines::kOne);
    write_member(json, "type", take(namespaces, ' '));
    json.end('}');
  }
  json.end(']');
  write_words(json, "maskedPaths", kMaskedPaths, Lines::kMany);
  write_words(json, "readonlyPaths", kReadonlyPaths, Lines::kMany);
  json.end('}');
}

void write(Writer& writer, const Ids* ids) {
  JsonWriter json(writer);
  json.begin('{');
  write_member(json, "ociVersion", "1.3.0");
  begin_object(json, "root");
  write_member(json, "path", "rootfs");
  write_boolean(json, "readonly", true);
  json.end('}');
  write_process(json);
  write_member(json, "hostname", "nosc");
  json.key("mounts");
  json.begin('[');
  write_mounts(json, kMounts, ids);
  write_mounts(json, ids != nullptr ? kRootlessSystemMounts : kSystemMounts, ids);
  json.end(']');
  write_linux(json, ids);
  json.end('}');
}

}  // namespace

void write_default(Writer& writer) { write(writer, nullptr); }

void write_rootless_default(Writer& writer, uint32_t uid, uint32_t gid) {
  const Ids ids = {uid, gid};
  write(writer, &ids);
}

}  // namespace nosc::spec
