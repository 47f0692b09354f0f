// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/plan.h"

#include <algorithm>

#include "engine/rt/split.h"
#include "syscalls/constants.h"

namespace nosc {
namespace {

constexpr size_t kLongestHostname = 64;  // __NEW_UTS_LEN of uname(2)

bool has(sys::NamespaceFlags flags, sys::NamespaceFlags wanted) { return flags.has(wanted); }

// The names that only a UTS namespace of the container's own may take.
void check_name(std::string_view name, const char* pointer, const Plan& plan) {
  if (name.empty()) return;
  const Place place{pointer};
  if (name.size() > kLongestHostname) fail_invalid(place, "longer than 64 bytes");
  if (has(plan.namespaces.created | plan.namespaces.joined, sys::kCLONE_NEWUTS)) return;
  fail_invalid(place, "needs a uts namespace");
}

void check_support(const spec::Config& config) {
  if (!config.unsupported.empty()) {
    fail({.code = ErrorCode::kUnsupported,
          .place = {config.unsupported[0].data()},
          .text = "not supported yet"});
  }
  if (!config.root.present) fail_invalid({"/root"}, "missing");
  if (!config.process.present) fail_invalid({"/process"}, "missing");
}

// Whether the container's mounts are made among its caller's: a type that isn't listed is shared.
// Source: config-linux.md, "Namespaces".
bool shares_mounts(const Plan& plan) {
  return !has(plan.namespaces.created | plan.namespaces.joined, sys::kCLONE_NEWNS);
}

RootSetup plan_root_setup(const spec::Config& config, const Plan& plan) {
  if (shares_mounts(plan) && config.linux.rootfs_propagation != spec::RootfsPropagation::kUnset) {
    fail_invalid({"/linux/rootfsPropagation"}, "needs a mount namespace");
  }
  const bool asks_for_nothing = config.mounts.empty() && !config.root.readonly &&
                                config.linux.masked_paths.empty() &&
                                config.linux.readonly_paths.empty() &&
                                config.linux.rootfs_propagation == spec::RootfsPropagation::kUnset;
  const bool keeps_root = has(plan.namespaces.joined, sys::kCLONE_NEWNS) && asks_for_nothing;
  return keeps_root ? RootSetup::kJoined : RootSetup::kOwn;
}

bool administers(uint64_t capabilities) {
  return (capabilities >> sys::to_raw(sys::kCAP_SYS_ADMIN) & 1) != 0;
}

// Namespaces other than a user namespace are made by the privileged.
void check_privilege(sys::NamespaceFlags own, const HostFacts& host) {
  if (has(own, sys::kCLONE_NEWUSER) || administers(host.permitted_capabilities)) return;
  fail_invalid({"/linux/namespaces"}, "needs a user namespace, or root");
}

void plan_terminal(const spec::Process& process, Plan& plan) {
  if (!process.terminal) return;
  plan.terminal = Terminal::kOwn;
  // The kernel keeps sizes in 16 bits.
  const spec::ConsoleSize& size = process.console_size;
  plan.terminal_size = {static_cast<uint16_t>(std::min(size.height, uint32_t{UINT16_MAX})),
                        static_cast<uint16_t>(std::min(size.width, uint32_t{UINT16_MAX}))};
}

// The stub, where the kernel lets it: its capabilities are those that its program gets.
seccomp::Loader loader_of_filter(const Plan& plan, seccomp::Loader preferred) {
  uint64_t kept = plan.capabilities.ambient;
  if (plan.process.identity.uid == sys::Uid{0}) {
    kept |= plan.capabilities.bounding & plan.capabilities.permitted;
  }
  const bool may_load = plan.process.no_new_privileges || administers(kept);
  return may_load ? preferred : seccomp::Loader::kSetUp;
}

// A container that waits for its start waits in the set-up's last program, which is past the moment
// at which a listener or a hook wants the filter.
seccomp::Loader preferred_loader(const spec::Config& config, const Plan& plan) {
  const bool is_early =
      plan.hooks.has(hooks::Kind::kStartContainer) || !config.linux.seccomp.listener_path.empty();
  return is_early ? seccomp::Loader::kSetUpLast : seccomp::Loader::kStub;
}

void plan_filter(const spec::Config& config, const HostFacts& host, seccomp::Loader preferred,
                 Plan& plan, Arena& arena) {
  plan.seccomp = seccomp::plan_seccomp(config, loader_of_filter(plan, preferred), arena);
  plan.seccomp.parent_is_plain_user = host.euid != 0;
  if (!plan.seccomp.program.empty() && plan.seccomp.loader == seccomp::Loader::kStub) {
    process::add_filter(plan.process.exec, plan.seccomp.program, plan.seccomp.flags, arena);
  }
}

// What a cgroup mount shows where version 1 has the container's controllers; a user without
// privileges, who can seldom make a cgroup there, gets cgroup2 where there is one.
std::span<const mounts::CgroupEntry> plan_cgroup_entries(const Plan& plan, const HostFacts& host,
                                                         Arena& arena) {
  const auto hierarchies = plan.cgroup.hierarchies;
  if (hierarchies.empty()) return {};
  const bool has_cgroup2 = hierarchies[0].is_cgroup2();
  if (has_cgroup2 && (host.euid != 0 || hierarchies.size() == 1)) return {};
  const auto entries = arena.array<mounts::CgroupEntry>(2 * kMaximumHierarchies);
  size_t count = 0;
  for (const cgroups::Hierarchy& hierarchy : hierarchies) {
    const std::string_view mount = hierarchy.mount();
    std::string_view names = arena.copy_string(mount.substr(mount.rfind('/') + 1));
    const char* name = names.data();
    entries[count++] = {.name = name, .source = hierarchy.path.data()};
    if (names.find(',') == names.npos) continue;
    while (!names.empty()) {
      entries[count++] = {arena.copy_string(take_until(names, ',')).data(), name, true};
    }
  }
  return entries.first(count);
}

// A parameter is changed in the container's namespace. One that is joined must not be the host's.
void guard_joins(Plan& plan) {
  for (const sysctl::SysctlRecord& record : plan.sysctls) {
    for (namespaces::JoinRecord& join : plan.namespaces.joins) {
      if (join.type == namespaces::clone_flag(record.owner))
        join.guard = namespaces::Guard::kNotOwn;
    }
  }
}

void plan_attributes(const spec::Config& config, const PlanRequest& request, Plan& plan,
                     Arena& arena) {
  plan.process.attributes = process::plan_attributes(config, request.keyring, request.id, arena);
  plan.process.affinity = process::plan_affinity(config.process, arena);
}

// The annotation of crun's that podman sets for --group-add keep-groups: files that only a group of
// the caller's may open stay open to the container. Source: crun(1).
bool keeps_groups(const spec::Config& config) {
  for (const spec::KeyValue& pair : config.annotations) {
    if (pair.key == "run.oci.keep_original_groups") return true;
  }
  return false;
}

capabilities::Grantor grantor_of(bool has_user_namespace) {
  return has_user_namespace ? capabilities::Grantor::kUserNamespace
                            : capabilities::Grantor::kCaller;
}

void plan_domains(const spec::Config& config, const PlanRequest& request, Plan& plan,
                  Arena& arena) {
  const HostFacts& host = request.host;
  plan.namespaces = namespaces::plan_namespaces(config.linux, host, arena);
  plan.root_setup = plan_root_setup(config, plan);
  plan.cgroup = cgroups::plan_cgroup(config.linux, request.id, host, arena);
  cgroups::plan_owner(config, plan.namespaces.created, plan.cgroup);
  const sys::NamespaceFlags own = plan.namespaces.created | plan.namespaces.joined;
  check_privilege(own, host);
  const bool has_user = has(own, sys::kCLONE_NEWUSER);
  plan.capabilities =
      capabilities::plan_capabilities(config.process, host, grantor_of(has_user), arena);
  const mounts::MountContext context{
      .bundle = request.bundle,
      .cgroup2_mount = host.cgroup_mount[0] == '\0' ? nullptr : host.cgroup_mount,
      .new_cgroup_namespace = has(own, sys::kCLONE_NEWCGROUP),
      .has_user_namespace = has_user,
      .is_administrator = !has_user && administers(plan.capabilities.bounding),
      .cgroups = plan_cgroup_entries(plan, host, arena),
      .selinux = host.security_module == SecurityModule::kSelinux,
  };
  plan.mounts = mounts::plan_mounts(config, context, arena);
  plan.mounts.root.entry = request.root_entry;
  if (shares_mounts(plan)) {
    plan.mounts.root.entry = mounts::RootEntry::kChroot;
    plan.mounts.root.propagation = {};
  }
  plan.devices = devices::plan_devices(config.linux.devices, arena);
  plan.sysctls = sysctl::plan_sysctls(config, arena);
  guard_joins(plan);
  plan.process = process::plan_process(config.process,
                                       {.setgroups = plan.namespaces.setgroups,
                                        .label = process::plan_label(config.process, host, arena),
                                        .listen_fds = request.listen_fds,
                                        .preserved_fds = request.preserved_fds,
                                        .keeps_groups = keeps_groups(config)},
                                       arena);
  plan_attributes(config, request, plan, arena);
  plan_filter(config, host, preferred_loader(config, plan), plan, arena);
}

// The container's namespaces are joined, whether it made them or joined them itself.
namespaces::NamespacePlan plan_joined(const spec::Config& config, const HostFacts& host,
                                      Arena& arena) {
  spec::Linux linux;
  const auto all = arena.array<spec::Namespace>(config.linux.namespaces.size());
  for (size_t i = 0; i < all.size(); ++i) {
    all[i] = {config.linux.namespaces[i].type,
              spec::namespace_type_name(config.linux.namespaces[i].type)};
  }
  linux.namespaces = all;
  return namespaces::plan_namespaces(linux, host, arena);
}

}  // namespace

Plan make_plan(const spec::Config& config, const PlanRequest& request, Arena& arena) {
  check_support(config);
  Plan plan;
  plan.id = request.id;
  plan.hooks = hooks::plan_hooks(config.hooks, arena);
  plan_domains(config, request, plan, arena);
  check_name(config.hostname, "/hostname", plan);
  check_name(config.domainname, "/domainname", plan);
  if (!config.process.args.empty()) plan.program = config.process.args[0];
  plan_terminal(config.process, plan);
  plan.hostname = config.hostname;
  plan.domainname = config.domainname;
  return plan;
}

Plan make_exec_plan(const spec::Config& config, const PlanRequest& request, Arena& arena) {
  Plan plan;
  plan.id = request.id;
  plan.namespaces = plan_joined(config, request.host, arena);
  plan.process =
      process::plan_process(config.process,
                            {.setgroups = plan.namespaces.setgroups,
                             .label = process::plan_label(config.process, request.host, arena),
                             .keeps_groups = keeps_groups(config)},
                            arena);
  plan_attributes(config, request, plan, arena);
  const bool has_user = plan.namespaces.joined.has(sys::kCLONE_NEWUSER);
  plan.capabilities =
      capabilities::plan_capabilities(config.process, request.host, grantor_of(has_user), arena);
  plan_filter(config, request.host, seccomp::Loader::kStub, plan, arena);
  plan.program = config.process.args[0];
  plan_terminal(config.process, plan);
  return plan;
}

}  // namespace nosc
