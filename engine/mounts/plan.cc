// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "engine/mounts/mounts.h"
#include "engine/rt/paths.h"

namespace nosc::mounts {
namespace {

// Files inside /proc that a mount may cover: those that lxcfs and kin present, and that no write of
// the runtime goes through.
constexpr char kProcFiles[][26] = {
    "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo",  "/proc/stat",    "/proc/swaps",
    "/proc/uptime",  "/proc/loadavg",   "/proc/slabinfo", "/proc/net/dev",
};

bool may_cover_proc(std::string_view destination) {
  if (destination == "/proc") return true;
  for (const char* name : kProcFiles) {
    if (destination == name) return true;
  }
  return false;
}

struct PropagationName {
  spec::RootfsPropagation value;
  sys::MountFlags flags;
};

constexpr PropagationName kPropagations[] = {
    {spec::RootfsPropagation::kPrivate, sys::kMS_PRIVATE},
    {spec::RootfsPropagation::kSlave, sys::kMS_SLAVE},
    {spec::RootfsPropagation::kShared, sys::kMS_SHARED},
    {spec::RootfsPropagation::kUnbindable, sys::kMS_UNBINDABLE},
    {spec::RootfsPropagation::kRecursivePrivate, sys::kMS_PRIVATE | sys::kMS_REC},
    {spec::RootfsPropagation::kRecursiveSlave, sys::kMS_SLAVE | sys::kMS_REC},
    {spec::RootfsPropagation::kRecursiveShared, sys::kMS_SHARED | sys::kMS_REC},
    {spec::RootfsPropagation::kRecursiveUnbindable, sys::kMS_UNBINDABLE | sys::kMS_REC},
};

RootRecord plan_root(const spec::Config& config, std::string_view bundle, Arena& arena) {
  RootRecord record;
  record.path = join_paths(bundle, config.root.path, arena).data();
  record.read_only = config.root.readonly;
  // Without a wish the host's later mounts still arrive and nothing goes back.
  record.propagation = sys::kMS_SLAVE | sys::kMS_REC;
  for (const PropagationName& name : kPropagations) {
    if (name.value != config.linux.rootfs_propagation) continue;
    record.root_propagation = name.flags;
    // An unbindable tree could not be bound into the container at all: it is made so afterwards.
    // A private root alone leaves the mounts below it what their own entries say.
    if (name.flags.has(sys::kMS_UNBINDABLE) || name.flags == sys::kMS_PRIVATE) continue;
    record.propagation = name.flags | sys::kMS_REC;
  }
  return record;
}

// File systems that take no label from a mount, because the policy labels what is in them.
bool is_labelled_by_policy(std::string_view type) {
  return type == "proc" || type == "sysfs" || type == "mqueue" || type == "cgroup2";
}

// Appends the label that everything in a new file system gets.
// Source: mount(8), "context=".
void add_label(std::string_view label, MountRecord& record, Arena& arena) {
  if (label.empty() || record.kind == MountKind::kBind || is_labelled_by_policy(record.type)) {
    return;
  }
  const std::string_view data = record.data;
  constexpr std::string_view kOption = "context=\"";
  Writer out(arena.array<char>(data.size() + kOption.size() + label.size() + 3));
  out.text(data).text(data.empty() ? "" : ",").text(kOption).text(label).character('"');
  record.data = out.view().data();
}

// Every runtime does so, and images count on it: a tmpfs over /tmp is everybody's, one over
// /root is not.
void take_mode(MountRecord& record, Arena& arena) {
  const std::string_view data = record.data;
  if (std::string_view(record.type) != "tmpfs" || data.starts_with("mode=") ||
      data.find(",mode=") != data.npos) {
    return;
  }
  constexpr std::string_view kMode = "mode=";
  constexpr std::string_view kDigits = "0755";
  Writer out(arena.array<char>(kMode.size() + kDigits.size() + 1 + data.size() + 1));
  out.text(kMode).text(kDigits).text(data.empty() ? "" : ",").text(data);
  record.data = out.view().data();
  record.mode_digits = const_cast<char*>(record.data) + kMode.size();
}

bool is_cgroup_type(std::string_view type) { return type == "cgroup" || type == "cgroup2"; }

// Version 1's hierarchies are shown as on hosts: a directory of them, each with the container's own
// cgroup as its root. The file that names a program for the kernel to run on the host
// (release_agent, CVE-2022-0492) is in the hierarchy's root alone.
void plan_legacy_cgroups(MountRecord& record) {
  record.type = "tmpfs";
  record.source = record.type;
  record.data = "mode=755";
  record.holds_cgroups = true;
  record.cgroup_flags = record.set;
}

// The cgroup hierarchy. Without a cgroup namespace of the container's own a new mount would show,
// and let it change, the host's whole tree: then the host's mount is bound, read-only
// (CVE-2023-25809, CVE-2022-0492). From an administrator of the host that would keep nothing.
void plan_cgroup(MountRecord& record, const MountContext& context) {
  if (!context.cgroups.empty() && std::string_view(record.type) == "cgroup") {
    return plan_legacy_cgroups(record);
  }
  if (context.cgroup2_mount == nullptr) {
    fail({.code = ErrorCode::kUnsupported,
          .place = record.place,
          .text = "the container has no cgroup on this host"});
  }
  record.data = "";
  if (context.new_cgroup_namespace) {
    record.type = "cgroup2";
    return;
  }
  record.kind = MountKind::kBind;
  record.binding = Binding::kOne;
  record.source = context.cgroup2_mount;
  if (context.is_administrator) return;
  record.set = record.set | sys::kMS_RDONLY;
  record.cleared = record.cleared & ~sys::kMS_RDONLY;
  record.recursive_cleared = record.recursive_cleared & ~sys::kMS_RDONLY;
}

// What a cleaned path says behind the root's, with the slash; nullptr where it leads elsewhere.
// Shape: NUL-terminated, like the path.
const char* below(std::string_view root, std::string_view path) {
  const bool is_below =
      path.starts_with(root) && path.size() > root.size() && path[root.size()] == '/';
  return is_below ? path.data() + root.size() : nullptr;
}

// Whether options are none but engines' own, which some of them leave behind ("z,U" of buildah):
// how files are to be labelled, owned or copied by the engine.
bool is_engines_alone(std::string_view options) {
  constexpr std::string_view kWords[] = {"z", "Z", "U", "copy", "nocopy"};
  while (!options.empty()) {
    const std::string_view word = options.substr(0, options.find(','));
    if (std::ranges::find(kWords, word) == std::end(kWords)) return false;
    options.remove_prefix(std::min(word.size() + 1, options.size()));
  }
  return true;
}

void plan_source(const spec::Mount& mount, MountRecord& record, const MountContext& context,
                 const RootRecord& root, Arena& arena) {
  if (record.binding == Binding::kNone && mount.type != "bind") {
    record.kind =
        mount.type == "proc" || mount.type == "sysfs" ? MountKind::kProc : MountKind::kFileSystem;
    if (mount.type.empty()) fail_invalid(record.place, "a mount needs a type or \"bind\"");
    record.type = mount.type.data();
    record.source = mount.source.empty() ? record.type : mount.source.data();
    if (is_cgroup_type(mount.type)) return plan_cgroup(record, context);
    // What is mounted over /proc would take the runtime's and the container's writes to the kernel
    // (CVE-2019-16884).
    if (std::string_view(record.destination) == "/proc" && mount.type != "proc") {
      fail_invalid(record.place, "only a proc file system may be mounted over /proc");
    }
    return;
  }
  record.kind = MountKind::kBind;
  record.loses_unnamed = true;
  if (record.binding == Binding::kNone) record.binding = Binding::kRecursive;
  if (mount.source.empty()) fail_invalid(record.place, "a bind mount needs a source");
  if (!is_engines_alone(record.data)) {
    fail_invalid(record.place, "unknown mount option", record.data);
  }
  record.source = join_paths(context.bundle, mount.source, arena).data();
  const std::string_view cleaned = clean_path(record.source, arena);
  if (const char* inside = below(clean_path(root.path, arena), cleaned)) {
    record.source = inside;
    record.is_from_root = true;
  }
}

MountRecord plan_mount(const spec::Mount& mount, int32_t index, const MountContext& context,
                       const RootRecord& root, Arena& arena) {
  MountRecord record;
  record.place = {.pointer = "/mounts", .index = index};
  const MountOptions options = parse_options(mount.options, record.place, arena);
  record.set = options.set;
  record.cleared = options.cleared;
  record.recursive_set = options.recursive_set;
  record.recursive_cleared = options.recursive_cleared;
  record.propagation = options.propagation;
  record.binding = options.binding;
  record.data = options.data;
  record.copy_up = options.copy_up;
  std::string_view destination = clean_path(mount.destination, arena);
  // Some callers write it as it is on the host.
  if (const char* inside = below(root.path, destination)) destination = inside;
  if (destination == "/") {
    fail_invalid({"/mounts", index, "destination"}, "the root itself can't be a mount point");
  }
  record.destination = destination.data();
  record.may_cover_proc = may_cover_proc(destination);
  plan_source(mount, record, context, root, arena);
  if (record.copy_up && std::string_view(record.type) != "tmpfs") {
    fail_invalid(record.place, "only a tmpfs takes this option", "tmpcopyup");
  }
  if (record.kind != MountKind::kBind && (record.recursive_set || record.recursive_cleared)) {
    // A new file system has nothing beneath it: the recursive form is the plain one.
    record.set = record.set | record.recursive_set;
    record.cleared = record.cleared | record.recursive_cleared;
  }
  return record;
}

// A tmpfs that is to be read-only is filled first: mount points and devices are still made in it.
bool becomes_read_only_late(const MountRecord& record) {
  return record.kind == MountKind::kFileSystem && record.set.has(sys::kMS_RDONLY) &&
         std::string_view(record.type) == "tmpfs";
}

void plan_restrictions(const spec::Config& config, MountPlan& plan, Arena& arena) {
  size_t late = 0;
  for (MountRecord& record : plan.mounts) late += becomes_read_only_late(record) ? 1 : 0;
  const spec::Strings paths = config.linux.readonly_paths;
  plan.read_only = arena.array<ReadOnlyRecord>(paths.size() + late);
  size_t next = 0;
  for (size_t i = 0; i < paths.size(); ++i) {
    const Place place{"/linux/readonlyPaths", static_cast<int32_t>(i)};
    if (paths[i].empty() || paths[i][0] != '/') fail_invalid(place, "must be an absolute path");
    // What is bound over the root would not be what is entered.
    plan.root.read_only |= paths[i] == "/";
    if (paths[i] == "/") continue;
    plan.read_only[next++] = {ReadOnlyKind::kSelfBind, paths[i].data(), place};
  }
  for (MountRecord& record : plan.mounts) {
    if (!becomes_read_only_late(record)) continue;
    record.set = record.set & ~sys::kMS_RDONLY;
    plan.read_only[next++] = {ReadOnlyKind::kRemount, record.destination, record.place};
  }
  plan.read_only = plan.read_only.first(next);
  const spec::Strings masked = config.linux.masked_paths;
  plan.masks = arena.array<MaskRecord>(masked.size());
  for (size_t i = 0; i < masked.size(); ++i) {
    const Place place{"/linux/maskedPaths", static_cast<int32_t>(i)};
    if (masked[i].empty() || masked[i][0] != '/') fail_invalid(place, "must be an absolute path");
    plan.masks[i] = {masked[i].data(), place};
  }
}

}  // namespace

MountPlan plan_mounts(const spec::Config& config, const MountContext& context, Arena& arena) {
  if (!config.linux.mount_label.empty() && !context.selinux) {
    fail_invalid({"/linux/mountLabel"}, "SELinux is disabled or not supported on this host");
  }
  MountPlan plan;
  plan.root = plan_root(config, context.bundle, arena);
  plan.cgroups = context.cgroups;
  plan.mounts = arena.array<MountRecord>(config.mounts.size());
  for (size_t i = 0; i < plan.mounts.size(); ++i) {
    plan.mounts[i] =
        plan_mount(config.mounts[i], static_cast<int32_t>(i), context, plan.root, arena);
    MountRecord& record = plan.mounts[i];
    take_mode(record, arena);
    add_label(config.linux.mount_label, record, arena);
    if (record.kind == MountKind::kBind && std::string_view(record.destination) == "/dev") {
      plan.populate_dev = false;
    }
  }
  if (context.has_user_namespace) {
    plan.early_sources = arena.array<int>(plan.mounts.size());
    for (int& source : plan.early_sources) source = -1;
  }
  plan_restrictions(config, plan, arena);
  return plan;
}

}  // namespace nosc::mounts
