// SPDX-License-Identifier: Apache-2.0
//
// Over 400 lines, because it is one table: a row for each property of the specification.

#include "engine/spec/fields.h"

#include <string.h>

#include <iterator>
#include <type_traits>

#include "engine/json/json.h"
#include "engine/rt/packed_names.h"
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
#define UNSUPPORTED(name, flags, type) \
  {name, {Kind::kUnsupported, flags, static_cast<uint8_t>(json::Type::type), 0}}

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
    FIELD("apparmorProfile", kString, kPlain, 0, Process, apparmor_profile),
    FIELD("selinuxLabel", kString, kPlain, 0, Process, selinux_label),
    FIELD("scheduler", kObject, kPlain, ObjectId::kScheduler, Process, scheduler),
    FIELD("ioPriority", kObject, kPlain, ObjectId::kIoPriority, Process, io_priority),
    FIELD("execCPUAffinity", kObject, kPlain, ObjectId::kExecCpuAffinity, Process,
          exec_cpu_affinity),
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
    UNSUPPORTED("uidMappings", kPlain, kArray),
    UNSUPPORTED("gidMappings", kPlain, kArray),
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
    FIELD("devices", kObject, kArray, ObjectId::kDevice, Linux, devices),
    UNSUPPORTED("netDevices", kPlain, kObject),
    FIELD("resources", kObject, kPlain, ObjectId::kResources, Linux, resources),
    FIELD("seccomp", kObject, kPlain, ObjectId::kSeccomp, Linux, seccomp),
    FIELD("mountLabel", kString, kPlain, 0, Linux, mount_label),
    UNSUPPORTED("intelRdt", kPresent, kObject),
    UNSUPPORTED("memoryPolicy", kPresent, kObject),
    FIELD("personality", kObject, kPlain, ObjectId::kPersonality, Linux, personality),
    FIELD("timeOffsets", kObject, kPlain, ObjectId::kTimeOffsets, Linux, time_offsets),
};

constexpr Row kSchedulerFields[] = {
    FIELD("policy", kEnum, kRequired, EnumId::kSchedulerPolicy, Scheduler, policy),
    FIELD("flags", kEnum, kArray, EnumId::kSchedulerFlag, Scheduler, flags),
    FIELD("nice", kInt32, kPlain, 0, Scheduler, nice),
    FIELD("priority", kInt32, kPlain, 0, Scheduler, priority),
    FIELD("runtime", kUint64, kPlain, 0, Scheduler, runtime),
    FIELD("deadline", kUint64, kPlain, 0, Scheduler, deadline),
    FIELD("period", kUint64, kPlain, 0, Scheduler, period),
};

constexpr Row kIoPriorityFields[] = {
    FIELD("class", kEnum, kRequired, EnumId::kIoPriorityClass, IoPriority, io_class),
    FIELD("priority", kInt32, kPlain, 0, IoPriority, priority),
};

constexpr Row kExecCpuAffinityFields[] = {
    FIELD("initial", kString, kPlain, 0, ExecCpuAffinity, initial),
    FIELD("final", kString, kPlain, 0, ExecCpuAffinity, final),
};

constexpr Row kPersonalityFields[] = {
    FIELD("domain", kEnum, kRequired, EnumId::kPersonalityDomain, Personality, domain),
    UNSUPPORTED("flags", kPlain, kArray),
};

constexpr Row kClockOffsetFields[] = {
    FIELD("secs", kInt64, kPlain, 0, ClockOffset, seconds),
    FIELD("nanosecs", kUint32, kPlain, 0, ClockOffset, nanoseconds),
};

constexpr Row kTimeOffsetsFields[] = {
    FIELD("monotonic", kObject, kPlain, ObjectId::kClockOffset, TimeOffsets, monotonic),
    FIELD("boottime", kObject, kPlain, ObjectId::kClockOffset, TimeOffsets, boottime),
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

constexpr Row kResourcesFields[] = {
    FIELD("memory", kObject, kPlain, ObjectId::kMemory, Resources, memory),
    FIELD("cpu", kObject, kPlain, ObjectId::kCpu, Resources, cpu),
    FIELD("pids", kObject, kPlain, ObjectId::kPids, Resources, pids),
    FIELD("blockIO", kObject, kPlain, ObjectId::kBlockIo, Resources, block_io),
    FIELD("network", kObject, kPlain, ObjectId::kNetwork, Resources, network),
    FIELD("hugepageLimits", kObject, kArray, ObjectId::kHugepageLimit, Resources, hugepage_limits),
    FIELD("rdma", kNamedObjects, kPlain, ObjectId::kRdma, Resources, rdma),
    FIELD("unified", kMap, kPlain, 0, Resources, unified),
    FIELD("devices", kObject, kArray, ObjectId::kDeviceRule, Resources, devices),
};

#define LIMIT(name, range, flags, type, member) \
  FIELD(name, kLimit, flags, LimitRange::range, type, member)

constexpr Row kMemoryFields[] = {
    LIMIT("limit", kInt64, kPlain, Memory, limit),
    LIMIT("swap", kInt64, kPlain, Memory, swap),
    LIMIT("reservation", kInt64, kPlain, Memory, reservation),
    LIMIT("kernel", kInt64, kPlain, Memory, kernel),
    LIMIT("kernelTCP", kInt64, kPlain, Memory, kernel_tcp),
    LIMIT("swappiness", kUint64, kPlain, Memory, swappiness),
    LIMIT("disableOOMKiller", kBoolean, kPlain, Memory, disable_oom_killer),
    LIMIT("useHierarchy", kBoolean, kPlain, Memory, use_hierarchy),
    FIELD("checkBeforeUpdate", kBoolean, kPlain, 0, Memory, check_before_update),
};

constexpr Row kCpuFields[] = {
    LIMIT("idle", kInt64, kPlain, Cpu, idle),
    LIMIT("shares", kUint64, kPlain, Cpu, shares),
    LIMIT("period", kUint64, kPlain, Cpu, period),
    LIMIT("quota", kInt64, kPlain, Cpu, quota),
    LIMIT("burst", kUint64, kPlain, Cpu, burst),
    LIMIT("realtimePeriod", kUint64, kPlain, Cpu, realtime_period),
    LIMIT("realtimeRuntime", kInt64, kPlain, Cpu, realtime_runtime),
    FIELD("cpus", kString, kPlain, 0, Cpu, cpus),
    FIELD("mems", kString, kPlain, 0, Cpu, mems),
};

constexpr Row kPidsFields[] = {
    LIMIT("limit", kInt64, kPlain, Pids, limit),
};

#define THROTTLE(name, member) \
  FIELD(name, kObject, kArray, ObjectId::kThrottleDevice, BlockIo, member)

constexpr Row kBlockIoFields[] = {
    LIMIT("weight", kWeight, kPlain, BlockIo, weight),
    LIMIT("leafWeight", kWeight, kPlain, BlockIo, leaf_weight),
    FIELD("weightDevice", kObject, kArray, ObjectId::kWeightDevice, BlockIo, weight_device),
    THROTTLE("throttleReadBpsDevice", read_bps),
    THROTTLE("throttleWriteBpsDevice", write_bps),
    THROTTLE("throttleReadIOPSDevice", read_iops),
    THROTTLE("throttleWriteIOPSDevice", write_iops),
};

constexpr Row kWeightDeviceFields[] = {
    FIELD("major", kUint32, kRequired, 0, WeightDevice, major),
    FIELD("minor", kUint32, kRequired, 0, WeightDevice, minor),
    LIMIT("weight", kWeight, kPlain, WeightDevice, weight),
    LIMIT("leafWeight", kWeight, kPlain, WeightDevice, leaf_weight),
};

constexpr Row kThrottleDeviceFields[] = {
    FIELD("major", kUint32, kRequired, 0, ThrottleDevice, major),
    FIELD("minor", kUint32, kRequired, 0, ThrottleDevice, minor),
    LIMIT("rate", kUint64, kPlain, ThrottleDevice, rate),
};

constexpr Row kHugepageLimitFields[] = {
    FIELD("pageSize", kString, kRequired | kNonEmpty, 0, HugepageLimit, page_size),
    LIMIT("limit", kUint64, kRequired, HugepageLimit, limit),
};

constexpr Row kNetworkFields[] = {
    LIMIT("classID", kUint32, kPlain, Network, class_id),
    FIELD("priorities", kObject, kArray, ObjectId::kInterfacePriority, Network, priorities),
};

constexpr Row kInterfacePriorityFields[] = {
    FIELD("name", kString, kRequired | kNonEmpty, 0, InterfacePriority, name),
    FIELD("priority", kUint32, kRequired, 0, InterfacePriority, priority),
};

constexpr Row kRdmaFields[] = {
    LIMIT("hcaHandles", kUint32, kPlain, Rdma, hca_handles),
    LIMIT("hcaObjects", kUint32, kPlain, Rdma, hca_objects),
};

constexpr Row kDeviceRuleFields[] = {
    FIELD("allow", kBoolean, kRequired, 0, DeviceRule, allow),
    FIELD("type", kString, kPlain, 0, DeviceRule, type),
    LIMIT("major", kInt64, kPlain, DeviceRule, major),
    LIMIT("minor", kInt64, kPlain, DeviceRule, minor),
    FIELD("access", kString, kPlain, 0, DeviceRule, access),
};

constexpr Row kDeviceFields[] = {
    FIELD("type", kString, kRequired, 0, Device, type),
    FIELD("path", kString, kRequired | kNonEmpty | kAbsolute, 0, Device, path),
    LIMIT("major", kInt64, kPlain, Device, major),
    LIMIT("minor", kInt64, kPlain, Device, minor),
    FIELD("fileMode", kOptionalUint32, kPlain, 0, Device, file_mode),
    FIELD("uid", kUint32, kPlain, 0, Device, uid),
    FIELD("gid", kUint32, kPlain, 0, Device, gid),
};

constexpr Row kSeccompFields[] = {
    FIELD("defaultAction", kEnum, kRequired, EnumId::kSeccompAction, Seccomp, default_action),
    FIELD("defaultErrnoRet", kOptionalUint32, kPlain, 0, Seccomp, default_errno_ret),
    FIELD("architectures", kEnum, kArray, EnumId::kSeccompArchitecture, Seccomp, architectures),
    FIELD("flags", kEnum, kArray, EnumId::kSeccompFlag, Seccomp, flags),
    FIELD("listenerPath", kString, kPlain, 0, Seccomp, listener_path),
    FIELD("listenerMetadata", kString, kPlain, 0, Seccomp, listener_metadata),
    FIELD("syscalls", kObject, kArray, ObjectId::kSeccompSyscall, Seccomp, syscalls),
};

constexpr Row kSeccompSyscallFields[] = {
    FIELD("names", kString, kArray | kRequired | kNonEmpty, 0, SeccompSyscall, names),
    FIELD("action", kEnum, kRequired, EnumId::kSeccompAction, SeccompSyscall, action),
    FIELD("errnoRet", kOptionalUint32, kPlain, 0, SeccompSyscall, errno_ret),
    FIELD("args", kObject, kArray, ObjectId::kSeccompArgument, SeccompSyscall, args),
};

constexpr Row kSeccompArgumentFields[] = {
    FIELD("index", kUint32, kRequired, 0, SeccompArgument, index),
    FIELD("value", kUint64, kRequired, 0, SeccompArgument, value),
    FIELD("valueTwo", kUint64, kPlain, 0, SeccompArgument, value_two),
    FIELD("op", kEnum, kRequired, EnumId::kSeccompOperator, SeccompArgument, op),
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
    describe<Config, kConfigFields>(),
    describe<Root, kRootFields>(),
    describe<Process, kProcessFields>(),
    describe<ConsoleSize, kConsoleSizeFields>(),
    describe<User, kUserFields>(),
    describe<Capabilities, kCapabilitiesFields>(),
    describe<Rlimit, kRlimitFields>(),
    describe<Mount, kMountFields>(),
    describe<IdMapping, kIdMappingFields>(),
    describe<Namespace, kNamespaceFields>(),
    describe<Linux, kLinuxFields>(),
    describe<Hooks, kHooksFields>(),
    describe<Hook, kHookFields>(),
    describe<Resources, kResourcesFields>(),
    describe<Memory, kMemoryFields>(),
    describe<Cpu, kCpuFields>(),
    describe<Pids, kPidsFields>(),
    describe<BlockIo, kBlockIoFields>(),
    describe<WeightDevice, kWeightDeviceFields>(),
    describe<ThrottleDevice, kThrottleDeviceFields>(),
    describe<HugepageLimit, kHugepageLimitFields>(),
    describe<Network, kNetworkFields>(),
    describe<InterfacePriority, kInterfacePriorityFields>(),
    describe<Rdma, kRdmaFields>(),
    describe<DeviceRule, kDeviceRuleFields>(),
    describe<Device, kDeviceFields>(),
    describe<Seccomp, kSeccompFields>(),
    describe<SeccompSyscall, kSeccompSyscallFields>(),
    describe<SeccompArgument, kSeccompArgumentFields>(),
    describe<Scheduler, kSchedulerFields>(),
    describe<IoPriority, kIoPriorityFields>(),
    describe<ExecCpuAffinity, kExecCpuAffinityFields>(),
    describe<Personality, kPersonalityFields>(),
    describe<ClockOffset, kClockOffsetFields>(),
    describe<TimeOffsets, kTimeOffsetsFields>(),
};

// The names of enumerations, in the order of the enumerators.

constexpr char kNamespaceTypeNames[] = "pid\0network\0mount\0ipc\0uts\0user\0cgroup\0time\0";

// The first name is empty. The recursive forms are no part of the specification, but every runtime
// knows them and clients write them.
constexpr char kRootfsPropagationNames[] =
    "\0private\0slave\0shared\0unbindable\0rprivate\0rslave\0rshared\0runbindable\0";

constexpr char kSeccompActionNames[] =
    "KILL\0KILL_PROCESS\0KILL_THREAD\0TRAP\0ERRNO\0TRACE\0ALLOW\0LOG\0NOTIFY\0";

constexpr char kSeccompOperatorNames[] = "NE\0LT\0LE\0EQ\0GE\0GT\0MASKED_EQ\0";

constexpr char kSeccompArchitectureNames[] =
    "X86\0X86_64\0X32\0ARM\0AARCH64\0MIPS\0MIPS64\0MIPS64N32\0MIPSEL\0MIPSEL64\0MIPSEL64N32\0"
    "PPC\0PPC64\0PPC64LE\0S390\0S390X\0PARISC\0PARISC64\0RISCV64\0LOONGARCH64\0M68K\0SH\0SHEB\0";

constexpr char kSeccompFlagNames[] = "TSYNC\0LOG\0SPEC_ALLOW\0WAIT_KILLABLE_RECV\0";

constexpr char kSchedulerPolicyNames[] =
    "SCHED_OTHER\0SCHED_FIFO\0SCHED_RR\0SCHED_BATCH\0SCHED_ISO\0SCHED_IDLE\0SCHED_DEADLINE\0";

constexpr char kSchedulerFlagNames[] =
    "SCHED_FLAG_RESET_ON_FORK\0SCHED_FLAG_RECLAIM\0SCHED_FLAG_DL_OVERRUN\0"
    "SCHED_FLAG_KEEP_POLICY\0SCHED_FLAG_KEEP_PARAMS\0SCHED_FLAG_UTIL_CLAMP_MIN\0"
    "SCHED_FLAG_UTIL_CLAMP_MAX\0";

constexpr char kIoPriorityClassNames[] = "IOPRIO_CLASS_RT\0IOPRIO_CLASS_BE\0IOPRIO_CLASS_IDLE\0";

constexpr char kPersonalityDomainNames[] = "\0LINUX\0LINUX32\0";

// In the order of EnumId.
constexpr Names kEnumNames[] = {
    {kNamespaceTypeNames, "", kNamespaceTypeCount},
    {kRootfsPropagationNames, "", kRootfsPropagationCount},
    {kSeccompActionNames, "SCMP_ACT_", kSeccompActionCount},
    {kSeccompOperatorNames, "SCMP_CMP_", kSeccompOperatorCount},
    {kSeccompArchitectureNames, "SCMP_ARCH_", kSeccompArchitectureCount},
    {kSeccompFlagNames, "SECCOMP_FILTER_FLAG_", kSeccompFlagCount},
    {kSchedulerPolicyNames, "", kSchedulerPolicyCount},
    {kSchedulerFlagNames, "", kSchedulerFlagCount},
    {kIoPriorityClassNames, "", kIoPriorityClassCount},
    {kPersonalityDomainNames, "", kPersonalityDomainCount},
};

}  // namespace

const char* next_name(const char* name) { return name + strlen(name) + 1; }

const Object& object_of(ObjectId id) { return kObjects[static_cast<size_t>(id)]; }

bool is_supported(ObjectId id, std::string_view property) {
  const Object& object = object_of(id);
  const char* name = object.names;
  for (uint32_t i = 0; i != object.field_count; ++i) {
    if (take_name(name, property)) return object.fields[i].kind != Kind::kUnsupported;
  }
  return false;
}

Names names_of(EnumId id) { return kEnumNames[static_cast<size_t>(id)]; }

std::string_view namespace_type_name(NamespaceType type) {
  const char* name = kNamespaceTypeNames;
  for (auto i = static_cast<unsigned>(type); i != 0; --i) name = next_name(name);
  return name;
}

}  // namespace nosc::spec
