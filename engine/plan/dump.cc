// SPDX-License-Identifier: Apache-2.0
#include "engine/plan/plan.h"

namespace nosc {
namespace {

struct NamespaceName {
  sys::NamespaceFlags flag;
  char name[8];
};

constexpr NamespaceName kNamespaces[] = {
    {sys::kCLONE_NEWUSER, "user"},     {sys::kCLONE_NEWPID, "pid"},
    {sys::kCLONE_NEWNET, "network"},   {sys::kCLONE_NEWIPC, "ipc"},
    {sys::kCLONE_NEWUTS, "uts"},       {sys::kCLONE_NEWNS, "mount"},
    {sys::kCLONE_NEWCGROUP, "cgroup"}, {sys::kCLONE_NEWTIME, "time"},
};

Writer& end(Writer& out) { return out.character('\n'); }

Writer& quoted(Writer& out, std::string_view before, std::string_view value) {
  return out.text(before).quoted(value);
}

void print_namespaces(const namespaces::NamespacePlan& plan, Writer& out) {
  for (const namespaces::JoinRecord& join : plan.joins) {
    out.text("join");
    for (const NamespaceName& name : kNamespaces) {
      if (join.type == name.flag) out.character(' ').text(name.name);
    }
    end(quoted(out, " ", join.path));
  }
  out.text("new namespaces");
  for (const NamespaceName& name : kNamespaces) {
    if (plan.created.has(name.flag)) out.character(' ').text(name.name);
  }
  end(out);
  if (!plan.uid_map.text.empty()) end(quoted(out, "uid map ", plan.uid_map.text));
  if (!plan.gid_map.text.empty()) end(quoted(out, "gid map ", plan.gid_map.text));
  if (plan.setgroups == namespaces::Setgroups::kDeny) end(out.text("setgroups deny"));
  if (!plan.time_offsets.empty()) end(quoted(out, "time offsets ", plan.time_offsets));
}

void print_cgroup(const cgroups::CgroupPlan& plan, Writer& out) {
  if (plan.use == cgroups::CgroupUse::kNone) return;
  for (const cgroups::Hierarchy& hierarchy : plan.hierarchies) {
    quoted(out, "cgroup ", hierarchy.text());
    if (plan.use == cgroups::CgroupUse::kIfPermitted) out.text(" where permitted");
    end(out);
  }
  for (int i = 0; i < kControllerCount; ++i) {
    const auto controller = static_cast<Controller>(i);
    if (plan.needed.has(controller)) {
      end(out.text("controller ").text(host::controller_name(controller)));
    }
  }
  // In the order of cgroups::WriteKind.
  constexpr const char* kKinds[] = {"write ",
                                    "write where present ",
                                    "write or else ",
                                    "write rule ",
                                    "write rule where permitted ",
                                    "write behind the first word ",
                                    "require not below "};
  for (const cgroups::WriteRecord& write : plan.writes) {
    const cgroups::Hierarchy& hierarchy = plan.hierarchies[write.hierarchy];
    out.text(kKinds[static_cast<size_t>(write.kind)]).character('"').escaped(hierarchy.text());
    end(quoted(out.character('/').escaped(write.file), "\" ", write.value));
  }
  if (plan.has_owner) end(out.text("cgroup owner ").decimal(sys::to_raw(plan.owner)));
  if (plan.devices.program.empty()) return;
  std::span rules = plan.devices.rules;
  const bool has_defaults = rules.back().is_default;
  if (has_defaults) rules = rules.first(rules.size() - cgroups::kDefaultDeviceRules);
  for (const cgroups::DeviceRecord& rule : rules) {
    out.text(rule.allow ? "device allow " : "device deny ");
    cgroups::write_rule(rule, rule.type, out);
    end(out);
  }
  if (has_defaults) end(out.text("device allow default"));
}

void print_strings(char** strings, Writer& out) {
  out.text(" with");
  for (; *strings != nullptr; ++strings) quoted(out, " ", *strings);
  end(out);
}

// Those of a kind and of the ones behind it, up to the last.
void print_hooks(const hooks::HookPlan& plan, hooks::Kind first, hooks::Kind last, Writer& out) {
  for (auto kind = static_cast<size_t>(first); kind <= static_cast<size_t>(last); ++kind) {
    for (const hooks::HookRecord& hook : plan.kinds[kind]) {
      quoted(out.text("hook ").text(hook.place.pointer + sizeof "/hooks"), " ", hook.path);
      if (hook.timeout_ms >= 0) {
        out.text(" timeout ").decimal(static_cast<uint32_t>(hook.timeout_ms) / 1000).character('s');
      }
      print_strings(hook.argv, out);
    }
  }
}

void print_flags(std::string_view before, sys::MountFlags flags, Writer& out) {
  if (flags) mounts::write_option_names(flags, out.text(before));
}

void print_mount(const mounts::MountRecord& record, std::span<const mounts::CgroupEntry> cgroups,
                 Writer& out) {
  const bool bind = record.kind == mounts::MountKind::kBind;
  out.text(!bind ? "mount " : record.binding == mounts::Binding::kRecursive ? "rbind " : "bind ");
  out.quoted(record.destination);
  if (!bind) out.text(" type ").text(record.type);
  quoted(out, record.is_from_root ? " source in root " : " source ", record.source);
  print_flags(" set ", record.set, out);
  print_flags(" clear ", record.cleared, out);
  print_flags(" recursively set ", record.recursive_set, out);
  print_flags(" recursively clear ", record.recursive_cleared, out);
  print_flags(" propagation ", record.propagation, out);
  if (record.copy_up) out.text(" with what is there");
  if (record.data[0] != '\0') quoted(out, " data ", record.data);
  end(out);
  if (!record.holds_cgroups) return;
  for (const mounts::CgroupEntry& entry : cgroups) {
    quoted(out, entry.is_link ? "  link " : "  bind ", entry.name);
    quoted(out, entry.is_link ? " to " : " source ", entry.source);
    if (!entry.is_link) print_flags(" set ", record.cgroup_flags, out);
    end(out);
  }
}

void print_device(const devices::DeviceRecord& device, Writer& out) {
  quoted(out, "node ", device.path).text(" mode 0").octal(device.mode.bits());
  out.text(" number ").decimal(device.major).character(':').decimal(device.minor);
  out.text(" owner ").decimal(sys::to_raw(device.uid));
  end(out.character(':').decimal(sys::to_raw(device.gid)));
}

void print_mounts(const mounts::MountPlan& plan, std::span<const devices::DeviceRecord> nodes,
                  Writer& out) {
  const mounts::RootRecord& root = plan.root;
  constexpr const char* kRoots[] = {"root", "root host overlay", "root host read-only"};
  out.text(kRoots[static_cast<size_t>(root.kind)]);
  quoted(out, " ", root.path);
  print_flags(" propagation ", root.propagation, out);
  end(out);
  for (const mounts::MountRecord& record : plan.mounts) print_mount(record, plan.cgroups, out);
  if (plan.populate_dev) {
    for (const devices::DeviceRecord& device : nodes) print_device(device, out);
    end(out.text("default devices"));
  }
}

void print_root_entry(const mounts::MountPlan& plan, Writer& out) {
  const mounts::RootRecord& root = plan.root;
  for (const mounts::ReadOnlyRecord& record : plan.read_only) {
    end(quoted(out, "read-only ", record.path));
  }
  for (const mounts::MaskRecord& record : plan.masks) end(quoted(out, "mask ", record.path));
  constexpr const char* kEntries[] = {"enter root", "move root", "chroot"};
  out.text(kEntries[static_cast<size_t>(root.entry)]);
  if (root.read_only) out.text(" read-only");
  print_flags(" propagation ", root.root_propagation, out);
  end(out);
}

void print_capability_set(std::string_view name, uint64_t mask, Writer& out) {
  end(out.text("capabilities ").text(name).text(" 0x").hex(mask));
}

void print_identity(const process::IdentityRecord& identity, Writer& out) {
  end(out.text("umask 0").octal(identity.umask.bits()));
  if (identity.group_change != process::GroupChange::kKeep) {
    out.text("groups");
    for (sys::Gid group : identity.groups) out.character(' ').decimal(sys::to_raw(group));
    end(out);
  }
  out.text("user ").decimal(sys::to_raw(identity.uid));
  end(out.character(':').decimal(sys::to_raw(identity.gid)));
  end(quoted(out, "cwd ", identity.working_directory));
}

void print_seccomp(const seccomp::SeccompPlan& plan, Writer& out) {
  if (plan.program.empty()) return;
  out.text("seccomp ").decimal(plan.program.size()).text(" instructions, flags 0x");
  out.hex(plan.flags.bits());
  if (plan.listener_path != nullptr) quoted(out, ", listener ", plan.listener_path);
  end(out);
}

void print_attributes(const process::ProcessPlan& process, Writer& out) {
  const process::AttributeRecord& record = process.attributes;
  if (record.scheduler.size != 0) {
    out.text("scheduler policy ").decimal(static_cast<uint32_t>(record.scheduler.policy));
    out.text(" flags 0x").hex(record.scheduler.flags.bits());
    out.text(" nice ").signed_decimal(record.scheduler.nice);
    out.text(" priority ").decimal(record.scheduler.priority);
    out.text(" runtime ").decimal(record.scheduler.runtime);
    out.text(" deadline ").decimal(record.scheduler.deadline);
    end(out.text(" period ").decimal(record.scheduler.period));
  }
  if (record.io_priority != 0) {
    end(out.text("io priority 0x").hex(static_cast<uint32_t>(record.io_priority)));
  }
  if (record.sets_personality) end(out.text("personality 0x").hex(record.personality.bits()));
}

void print_process(const Plan& plan, Writer& out) {
  const process::ProcessPlan& process = plan.process;
  for (const process::RlimitRecord& record : process.rlimits) {
    out.text("rlimit ")
        .decimal(static_cast<uint32_t>(record.resource))
        .text(" soft ")
        .decimal(record.soft);
    end(out.text(" hard ").decimal(record.hard));
  }
  print_attributes(process, out);
  print_capability_set("bounding", plan.capabilities.bounding, out);
  print_identity(process.identity, out);
  if (plan.seccomp.loader == seccomp::Loader::kSetUp) print_seccomp(plan.seccomp, out);
  print_capability_set("effective", plan.capabilities.effective, out);
  print_capability_set("permitted", plan.capabilities.permitted, out);
  print_capability_set("inheritable", plan.capabilities.inheritable, out);
  print_capability_set("ambient", plan.capabilities.ambient, out);
  if (process.no_new_privileges) end(out.text("no_new_privs"));
  if (plan.seccomp.loader != seccomp::Loader::kSetUp) print_seccomp(plan.seccomp, out);
  print_hooks(plan.hooks, hooks::Kind::kStartContainer, hooks::Kind::kStartContainer, out);
  for (char** entry = process.exec.envp; entry != nullptr && *entry != nullptr; ++entry) {
    end(quoted(out, "env ", *entry));
  }
  if (plan.payload == Payload::kReport) {
    end(out.text("report"));
    return;
  }
  char** argument = process::candidates_of(process.exec);
  if (process.exec.has_label) end(quoted(out, "label ", argument[-1]));
  out.text("execute");
  for (uint32_t i = 0; i < process.exec.candidate_count; ++i) quoted(out, " ", *argument++);
  print_strings(argument, out);
}

}  // namespace

void print_plan(const Plan& plan, Writer& out) {
  end(quoted(out, "container ", plan.id));
  print_cgroup(plan.cgroup, out);
  print_namespaces(plan.namespaces, out);
  if (!plan.hostname.empty()) end(quoted(out, "hostname ", plan.hostname));
  if (!plan.domainname.empty()) end(quoted(out, "domainname ", plan.domainname));
  if (!plan.process.oom.text.empty()) end(quoted(out, "oom_score_adj ", plan.process.oom.text));
  if (plan.process.attributes.keyring != nullptr) {
    end(quoted(out, "session keyring ", plan.process.attributes.keyring));
  }
  for (const sysctl::SysctlRecord& record : plan.sysctls) {
    end(quoted(quoted(out, "sysctl ", record.path), " ", record.value));
  }
  const bool has_root = plan.root_setup == RootSetup::kOwn;
  if (has_root) print_mounts(plan.mounts, plan.devices, out);
  if (plan.terminal == Terminal::kOwn) end(out.text("terminal"));
  print_hooks(plan.hooks, hooks::Kind::kPrestart, hooks::Kind::kCreateContainer, out);
  if (has_root) print_root_entry(plan.mounts, out);
  print_process(plan, out);
  print_hooks(plan.hooks, hooks::Kind::kPoststart, hooks::Kind::kPoststop, out);
}

}  // namespace nosc
