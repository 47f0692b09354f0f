// SPDX-License-Identifier: Apache-2.0
#include "engine/spec/fields.h"

#include <string.h>

#include <iterator>
#include <type_traits>

#include "engine/json/json.h"
#include "engine/spec/config.h"

namespace nosc::spec {
namespace {

struct Row {
  std::string_view name;
  Field field;
};

// A row for a member that the model has.
#define FIELD(name, kind, flags, detail, type, member)                                \
  {                                                                                   \
    name, { Kind::kind, flags, static_cast<uint8_t>(detail), offsetof(type, member) } \
  }
// A row for what the model leaves out.
#define IGNORED(name) {name, {Kind::kIgnored, kPlain, 0, 0}}
#define UNSUPPORTED(name, type) \
  {name, {Kind::kUnsupported, kPlain, static_cast<uint8_t>(json::Type::type), 0}}

constexpr Row kConfigFields[] = {
    FIELD("ociVersion", kString, kRequired, 0, Config, oci_version),
    FIELD("root", kObject, kPlain, ObjectId::kRoot, Config, root),
    FIELD("process", kObject, kPlain, ObjectId::kProcess, Config, process),
    FIELD("hostname", kString, kPlain, 0, Config, hostname),
    FIELD("domainname", kString, kPlain, 0, Config, domainname),
    FIELD("mounts", kObject, kArray, ObjectId::kMount, Config, mounts),
    FIELD("annotations", kMap, kPlain, 0, Config, annotations),
    FIELD("linux", kObject, kPlain, ObjectId::kLinux, Config, linux),
    FIELD("hooks", kObject, kPlain, ObjectId::kHooks, Config, hooks),
    IGNORED("solaris"),
    IGNORED("windows"),
    IGNORED("vm"),
    IGNORED("zos"),
    IGNORED("freebsd"),
};

constexpr Row kRootFields[] = {
    FIELD("path", kString, kRequired | kNonEmpty, 0, Root, path),
    FIELD("readonly", kBoolean, kPlain, 0, Root, readonly),
};

constexpr Row kProcessFields[] = {
    FIELD("terminal", kBoolean, kPlain, 0, Process, terminal),
    FIELD("consoleSize", kObject, kPlain, ObjectId::kConsoleSize, Process, console_size),
    FIELD("user", kObject, kPlain, ObjectId::kUser, Process, user),
    FIELD("args", kString, kArray, 0, Process, args),
    FIELD("env", kString, kArray, 0, Process, env),
    FIELD("cwd", kString, kRequired | kNonEmpty | kAbsolute, 0, Process, cwd),
    FIELD("capabilities", kObject, kPlain, ObjectId::kCapabilities, Process, capabilities),
    FIELD("rlimits", kObject, kArray, ObjectId::kRlimit, Process, rlimits),
    FIELD("noNewPrivileges", kBoolean, kPlain, 0, Process, no_new_privileges),
    FIELD("oomScoreAdj", kOptionalInt32, kPlain, 0, Process, oom_score_adj),
    UNSUPPORTED("apparmorProfile", kString),
    UNSUPPORTED("selinuxLabel", kString),
    UNSUPPORTED("scheduler", kObject),
    UNSUPPORTED("ioPriority", kObject),
    UNSUPPORTED("execCPUAffinity", kObject),
    IGNORED("commandLine"),
};

constexpr Row kConsoleSizeFields[] = {
    FIELD("height", kUint32, kRequired, 0, ConsoleSize, height),
    FIELD("width", kUint32, kRequired, 0, ConsoleSize, width),
};

constexpr Row kUserFields[] = {
    FIELD("uid", kUint32, kPlain, 0, User, uid),
    FIELD("gid", kUint32, kPlain, 0, User, gid),
    FIELD("umask", kOptionalUint32, kPlain, 0, User, umask),
    FIELD("additionalGids", kUint32, kArray, 0, User, additional_gids),
    IGNORED("username"),
};

constexpr Row kCapabilitiesFields[] = {
    FIELD("bounding", kString, kArray, 0, Capabilities, bounding),
    FIELD("effective", kString, kArray, 0, Capabilities, effective),
    FIELD("inheritable", kString, kArray, 0, Capabilities, inheritable),
    FIELD("permitted", kString, kArray, 0, Capabilities, permitted),
    FIELD("ambient", kString, kArray, 0, Capabilities, ambient),
};

constexpr Row kRlimitFields[] = {
    FIELD("type", kString, kRequired, 0, Rlimit, type),
    FIELD("soft", kUint64, kRequired, 0, Rlimit, soft),
    FIELD("hard", kUint64, kRequired, 0, Rlimit, hard),
};

constexpr Row kMountFields[] = {
    FIELD("destination", kString, kRequired | kNonEmpty, 0, Mount, destination),
    FIELD("type", kString, kPlain, 0, Mount, type),
    FIELD("source", kString, kPlain, 0, Mount, source),
    FIELD("options", kString, kArray, 0, Mount, options),
    UNSUPPORTED("uidMappings", kArray),
    UNSUPPORTED("gidMappings", kArray),
};

constexpr Row kIdMappingFields[] = {
    FIELD("containerID", kUint32, kRequired, 0, IdMapping, container_id),
    FIELD("hostID", kUint32, kRequired, 0, IdMapping, host_id),
    FIELD("size", kUint32, kRequired, 0, IdMapping, size),
};

constexpr Row kNamespaceFields[] = {
    FIELD("type", kEnum, kRequired, EnumId::kNamespaceType, Namespace, type),
    FIELD("path", kString, kAbsolute, 0, Namespace, path),
};

constexpr Row kLinuxFields[] = {
    FIELD("namespaces", kObject, kArray, ObjectId::kNamespace, Linux, namespaces),
    FIELD("uidMappings", kObject, kArray, ObjectId::kIdMapping, Linux, uid_mappings),
    FIELD("gidMappings", kObject, kArray, ObjectId::kIdMapping, Linux, gid_mappings),
    FIELD("cgroupsPath", kString, kPlain, 0, Linux, cgroups_path),
    FIELD("sysctl", kMap, kPlain, 0, Linux, sysctl),
    FIELD("rootfsPropagation", kEnum, kPlain, EnumId::kRootfsPropagation, Linux,
          rootfs_propagation),
    FIELD("maskedPaths", kString, kArray, 0, Linux, masked_paths),
    FIELD("readonlyPaths", kString, kArray, 0, Linux, readonly_paths),
    UNSUPPORTED("devices", kArray),
    UNSUPPORTED("netDevices", kObject),
    UNSUPPORTED("resources", kObject),
    UNSUPPORTED("seccomp", kObject),
    UNSUPPORTED("mountLabel", kString),
    UNSUPPORTED("intelRdt", kObject),
    UNSUPPORTED("memoryPolicy", kObject),
    UNSUPPORTED("personality", kObject),
    UNSUPPORTED("timeOffsets", kObject),
};

constexpr Row kHooksFields[] = {
    FIELD("prestart", kObject, kArray, ObjectId::kHook, Hooks, prestart),
    FIELD("createRuntime", kObject, kArray, ObjectId::kHook, Hooks, create_runtime),
    FIELD("createContainer", kObject, kArray, ObjectId::kHook, Hooks, create_container),
    FIELD("startContainer", kObject, kArray, ObjectId::kHook, Hooks, start_container),
    FIELD("poststart", kObject, kArray, ObjectId::kHook, Hooks, poststart),
    FIELD("poststop", kObject, kArray, ObjectId::kHook, Hooks, poststop),
};

constexpr Row kHookFields[] = {
    FIELD("path", kString, kRequired | kNonEmpty | kAbsolute, 0, Hook, path),
    FIELD("args", kString, kArray, 0, Hook, args),
    FIELD("env", kString, kArray, 0, Hook, env),
    FIELD("timeout", kOptionalInt32, kPlain, 0, Hook, timeout_s),
};

// The rows as they are kept in the program: names one after another, without pointers or padding.
template <size_t kCount, size_t kNamesBytes>
struct Packed {
  char names[kNamesBytes];
  Field fields[kCount];
};

template <const auto& kRows>
consteval auto pack() {
  constexpr size_t kNamesBytes = [] {
    size_t total = 0;
    for (const Row& row : kRows) total += row.name.size() + 1;
    return total;
  }();
  Packed<std::size(kRows), kNamesBytes> packed = {};
  char* name = packed.names;
  Field* field = packed.fields;
  for (const Row& row : kRows) {
    for (const char c : row.name) *name++ = c;
    ++name;
    *field++ = row.field;
  }
  return packed;
}

template <const auto& kRows>
constexpr auto kPacked = pack<kRows>();

template <class T>
concept HasPresent = requires(T value) { value.present; };

template <class T, const auto& kRows>
constexpr Object describe() {
  static_assert(std::is_standard_layout_v<T>, "members are reached by offsetof");
  static_assert(std::size(kRows) <= 32);
  if constexpr (HasPresent<T>) static_assert(offsetof(T, present) == 0);
  return {kPacked<kRows>.names, kPacked<kRows>.fields, std::size(kRows),
          alignof(T),           HasPresent<T>,         sizeof(T)};
}

constexpr Object kObjects[] = {
    describe<Config, kConfigFields>(),       describe<Root, kRootFields>(),
    describe<Process, kProcessFields>(),     describe<ConsoleSize, kConsoleSizeFields>(),
    describe<User, kUserFields>(),           describe<Capabilities, kCapabilitiesFields>(),
    describe<Rlimit, kRlimitFields>(),       describe<Mount, kMountFields>(),
    describe<IdMapping, kIdMappingFields>(), describe<Namespace, kNamespaceFields>(),
    describe<Linux, kLinuxFields>(),         describe<Hooks, kHooksFields>(),
    describe<Hook, kHookFields>(),
};

// In the order of the enumerators.
constexpr char kNamespaceTypeNames[] = "pid\0network\0mount\0ipc\0uts\0user\0cgroup\0time\0";

// The first name is empty. The recursive forms are no part of the specification, but every runtime
// knows them and clients write them.
constexpr char kRootfsPropagationNames[] =
    "\0private\0slave\0shared\0unbindable\0rprivate\0rslave\0rshared\0runbindable\0";

}  // namespace

const char* next_name(const char* name) { return name + strlen(name) + 1; }

const Object& object_of(ObjectId id) { return kObjects[static_cast<size_t>(id)]; }

Names names_of(EnumId id) {
  if (id == EnumId::kNamespaceType) return {kNamespaceTypeNames, kNamespaceTypeCount};
  return {kRootfsPropagationNames, kRootfsPropagationCount};
}

std::string_view namespace_type_name(NamespaceType type) {
  const char* name = kNamespaceTypeNames;
  for (auto i = static_cast<unsigned>(type); i != 0; --i) name = next_name(name);
  return name;
}

}  // namespace nosc::spec
