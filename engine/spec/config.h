// SPDX-License-Identifier: Apache-2.0
#pragma once

// The model of an OCI runtime configuration: config.json of runtime-spec 1.3.0, as far as Linux
// needs it, as plain structs of views.
//
// Every view points into the arena that parse() was given, or at a literal. Every string is
// followed by a NUL byte and holds none itself, so `text.data()` may go to the kernel as it is. An
// absent string and an empty one mean the same thing and both are empty views; where the
// specification makes a difference between "absent" and "zero" the field is a std::optional, and
// where an absent object matters its struct has `present`.
//
// What nosc can't apply yet isn't modelled: its path is listed in Config::unsupported, in the order
// of the document, when it is set to something that would have an effect. Planning refuses the
// first of them by name, so that nothing is ever ignored silently.
//
// Source: opencontainers/runtime-spec 1.3.0, config.md and config-linux.md.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/spec/seccomp.h"

namespace nosc::spec {

enum class NamespaceType : uint8_t { kPid, kNetwork, kMount, kIpc, kUts, kUser, kCgroup, kTime };
inline constexpr int kNamespaceTypeCount = 8;

// Returns the specification's name of a namespace type, for example "network".
std::string_view namespace_type_name(NamespaceType type);

enum class RootfsPropagation : uint8_t {
  kUnset,
  kPrivate,
  kSlave,
  kShared,
  kUnbindable,
  kRecursivePrivate,
  kRecursiveSlave,
  kRecursiveShared,
  kRecursiveUnbindable,
};
inline constexpr int kRootfsPropagationCount = 9;

using Strings = std::span<const std::string_view>;

// In the order of the kernel's numbers.
enum class SchedulerPolicy : uint8_t { kOther, kFifo, kRoundRobin, kBatch, kIso, kIdle, kDeadline };
inline constexpr int kSchedulerPolicyCount = 7;

// In the order of the kernel's bits, from the lowest on.
enum class SchedulerFlag : uint8_t {
  kResetOnFork,
  kReclaim,
  kDeadlineOverrun,
  kKeepPolicy,
  kKeepParameters,
  kClampMinimum,
  kClampMaximum,
};
inline constexpr int kSchedulerFlagCount = 7;

// In the order of the kernel's numbers, which begin at 1.
enum class IoPriorityClass : uint8_t { kRealTime, kBestEffort, kIdle };
inline constexpr int kIoPriorityClassCount = 3;

enum class PersonalityDomain : uint8_t { kUnset, kLinux, kLinux32 };
inline constexpr int kPersonalityDomainCount = 3;

struct Root {
  bool present = false;
  bool readonly = false;
  std::string_view path;  // never empty when present; relative to the bundle unless absolute
};

struct ConsoleSize {
  bool present = false;
  uint32_t height = 0;  // characters
  uint32_t width = 0;
};

struct User {
  uint32_t uid = 0;  // ids as seen inside the container
  uint32_t gid = 0;
  std::optional<uint32_t> umask;
  std::span<const uint32_t> additional_gids;
};

// Capability names as written ("CAP_KILL"); unknown ones are the domain's to warn about.
struct Capabilities {
  bool present = false;
  Strings bounding;
  Strings effective;
  Strings inheritable;
  Strings permitted;
  Strings ambient;
};

struct Rlimit {
  std::string_view type;  // "RLIMIT_NOFILE"; unique within the list
  uint64_t soft = 0;
  uint64_t hard = 0;
};

struct Scheduler {
  bool present = false;
  SchedulerPolicy policy = SchedulerPolicy::kOther;
  std::span<const SchedulerFlag> flags;
  int32_t nice = 0;
  int32_t priority = 0;
  uint64_t runtime = 0;  // nanoseconds, as are the next two
  uint64_t deadline = 0;
  uint64_t period = 0;
};

struct IoPriority {
  bool present = false;
  IoPriorityClass io_class = IoPriorityClass::kRealTime;
  int32_t priority = 0;  // within the class
};

// Lists of processors such as "0-3,7".
struct ExecCpuAffinity {
  std::string_view initial;
  std::string_view final;
};

struct Process {
  bool present = false;
  bool terminal = false;
  bool no_new_privileges = false;
  ConsoleSize console_size;
  User user;
  Strings args;
  Strings env;
  std::string_view cwd;  // absolute when the process is present
  Capabilities capabilities;
  std::span<const Rlimit> rlimits;
  std::optional<int32_t> oom_score_adj;
  std::string_view apparmor_profile;
  std::string_view selinux_label;
  Scheduler scheduler;
  IoPriority io_priority;
  ExecCpuAffinity exec_cpu_affinity;
};

struct Mount {
  std::string_view destination;  // never empty
  std::string_view type;
  std::string_view source;
  Strings options;
};

struct IdMapping {
  uint32_t container_id = 0;
  uint32_t host_id = 0;
  uint32_t size = 0;
};

struct Namespace {
  NamespaceType type = NamespaceType::kPid;  // unique within the list
  std::string_view path;                     // empty: a new one; else absolute: joined
};

struct KeyValue {
  std::string_view key;
  std::string_view value;
};

// The limits of a container's control group. Numbers that the specification calls unsigned are
// checked as such and kept as int64_t like the others: no limit comes near its end.
using Limit = std::optional<int64_t>;

struct Memory {
  Limit limit;  // bytes; -1 is no limit, here and below
  Limit reservation;
  Limit swap;  // memory and swap together
  Limit kernel;
  Limit kernel_tcp;
  Limit swappiness;
  Limit disable_oom_killer;  // 0 or 1
  Limit use_hierarchy;       // 0 or 1
  bool check_before_update = false;
};

struct Cpu {
  Limit idle;
  Limit shares;
  Limit quota;  // microseconds, as the others but shares and idle
  Limit period;
  Limit burst;
  Limit realtime_period;
  Limit realtime_runtime;
  std::string_view cpus;
  std::string_view mems;
};

struct Pids {
  Limit limit;
};

// A device's own limit: a weight, or a rate in bytes or operations per second.
struct WeightDevice {
  uint32_t major = 0;
  uint32_t minor = 0;
  Limit weight;
  Limit leaf_weight;
};

struct ThrottleDevice {
  uint32_t major = 0;
  uint32_t minor = 0;
  Limit rate;
};

struct BlockIo {
  Limit weight;
  Limit leaf_weight;
  std::span<const WeightDevice> weight_device;
  std::span<const ThrottleDevice> read_bps;
  std::span<const ThrottleDevice> write_bps;
  std::span<const ThrottleDevice> read_iops;
  std::span<const ThrottleDevice> write_iops;
};

struct HugepageLimit {
  std::string_view page_size;  // "2MB"
  Limit limit;
};

struct InterfacePriority {
  std::string_view name;
  uint32_t priority = 0;
};

struct Network {
  Limit class_id;
  std::span<const InterfacePriority> priorities;
};

struct Rdma {
  std::string_view device;
  Limit hca_handles;
  Limit hca_objects;
};

// A rule of the device controller; the last that matches counts.
struct DeviceRule {
  bool allow = false;
  std::string_view type;  // a, b, c, or empty for a
  Limit major;            // absent or -1: any
  Limit minor;
  std::string_view access;  // of r, w, m; empty for all
};

struct Resources {
  bool present = false;
  Memory memory;
  Cpu cpu;
  Pids pids;
  BlockIo block_io;
  Network network;
  std::span<const HugepageLimit> hugepage_limits;
  std::span<const Rdma> rdma;
  std::span<const KeyValue> unified;
  std::span<const DeviceRule> devices;
};

// A device node that the container gets.
struct Device {
  std::string_view type;  // c, u, b, p
  std::string_view path;  // absolute
  Limit major;
  Limit minor;
  std::optional<uint32_t> file_mode;
  uint32_t uid = 0;
  uint32_t gid = 0;
};

struct Personality {
  PersonalityDomain domain = PersonalityDomain::kUnset;
};

// How far a clock of the container is ahead of the host's.
struct ClockOffset {
  bool present = false;
  int64_t seconds = 0;
  uint32_t nanoseconds = 0;
};

struct TimeOffsets {
  ClockOffset monotonic;
  ClockOffset boottime;
};

struct Linux {
  bool present = false;
  RootfsPropagation rootfs_propagation = RootfsPropagation::kUnset;
  std::span<const Namespace> namespaces;
  std::span<const IdMapping> uid_mappings;
  std::span<const IdMapping> gid_mappings;
  std::string_view cgroups_path;
  Resources resources;
  std::span<const Device> devices;
  std::span<const KeyValue> sysctl;
  Strings masked_paths;
  Strings readonly_paths;
  Seccomp seccomp;
  std::string_view mount_label;
  Personality personality;
  TimeOffsets time_offsets;
};

struct Hook {
  std::string_view path;  // absolute
  Strings args;           // with the program's name first; empty: the path alone
  Strings env;
  std::optional<int32_t> timeout_s;  // above 0
};

struct Hooks {
  bool present = false;
  std::span<const Hook> prestart;
  std::span<const Hook> create_runtime;
  std::span<const Hook> create_container;
  std::span<const Hook> start_container;
  std::span<const Hook> poststart;
  std::span<const Hook> poststop;
};

struct Config {
  std::string_view oci_version;  // SemVer with major version 1
  std::string_view hostname;
  std::string_view domainname;
  Root root;
  Process process;
  std::span<const Mount> mounts;
  std::span<const KeyValue> annotations;
  Linux linux;
  Hooks hooks;
  Strings unsupported;  // paths such as "/linux/seccomp", in order of appearance
  Strings unknown;      // paths of properties that the specification doesn't know: not an error
};

}  // namespace nosc::spec
