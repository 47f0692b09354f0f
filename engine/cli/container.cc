// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/container.h"

#include "engine/cli/default_container.h"
#include "engine/cli/host_mounts.h"
#include "engine/cli/log.h"
#include "engine/cli/notify.h"
#include "engine/launch/remove.h"
#include "engine/rt/files.h"
#include "engine/rt/number.h"
#include "engine/rt/paths.h"
#include "engine/rt/time.h"
#include "engine/spec/parse.h"
#include "syscalls/sys.h"

namespace nosc::cli {
namespace {

constexpr size_t kLargestConfigBytes = size_t{64} << 20;
constexpr size_t kLongestPathBytes = 4096;  // PATH_MAX
constexpr uint32_t kMostDescriptors = 1U << 20;

std::string_view write_annotations(std::span<const spec::KeyValue> annotations, Arena& arena) {
  if (annotations.empty()) return {};
  size_t bytes = sizeof "{}";
  // A character is escaped to six at most.
  for (const spec::KeyValue& pair : annotations) {
    bytes += 6 * (pair.key.size() + pair.value.size()) + sizeof "\"\":\"\",";
  }
  Writer out(arena.array<char>(bytes));
  char separator = '{';
  for (const spec::KeyValue& pair : annotations) {
    out.character(separator).quoted(pair.key).character(':').quoted(pair.value);
    separator = ',';
  }
  const std::string_view text = out.character('}').view();
  out.character('\0');
  return text;
}

void fill_texts(const spec::Config& config, const Plan& plan, std::string_view bundle,
                state::Texts& texts, Arena& arena) {
  using state::Text;
  texts[Text::kId] = plan.id;
  texts[Text::kBundle] = bundle;
  if (plan.root_setup == RootSetup::kOwn) texts[Text::kRootfs] = plan.mounts.root.path;
  BufferWriter<40> created;
  write_time_now(created);
  texts[Text::kCreated] = arena.copy_string(created.view());
  texts[Text::kAnnotations] = write_annotations(config.annotations, arena);
  if (plan.cgroup.use == cgroups::CgroupUse::kNone) return;
  size_t room = 1;
  for (const cgroups::Hierarchy& hierarchy : plan.cgroup.hierarchies) {
    room += hierarchy.path.size() + cgroups::kHierarchyTextBytes;
  }
  Writer cgroups(arena.array<char>(room));
  cgroups::write_hierarchies(plan.cgroup, cgroups);
  texts[Text::kCgroups] = cgroups.view();
}

// How many of the caller's descriptors are sockets that the program is to listen on.
// Source: sd_listen_fds(3).
uint32_t count_listen_fds(const Environment& environment) {
  const char* count = environment.find("LISTEN_FDS");
  const char* pid = environment.find("LISTEN_PID");
  if (count == nullptr) return 0;
  if (pid != nullptr && parse_decimal(pid, INT32_MAX) != sys::to_raw(sys::getpid())) return 0;
  return static_cast<uint32_t>(parse_decimal(count, kMostDescriptors).value_or(0));
}

uint32_t count_preserved_fds(const CommandLine& line) {
  const char* text = line.option(Option::kPreserveFds, "0");
  const auto count = parse_decimal(text, kMostDescriptors);
  if (!count) {
    fail({.code = ErrorCode::kUsage, .operation = "not a number of descriptors", .object = text});
  }
  return static_cast<uint32_t>(*count);
}

// What the options and the environment say about the container.
PlanRequest make_request(const CommandLine& line, const Environment& environment,
                         std::string_view bundle, const spec::Config& config) {
  PlanRequest request{
      .id = line.argument, .bundle = bundle, .host = probe_host_for(config, environment)};
  probe_cgroups(request.host, *environment.arena);
  if (line.has(Option::kNoNewKeyring)) request.keyring = process::Keyring::kCallers;
  if (line.has(Option::kNoPivot)) request.root_entry = mounts::RootEntry::kMove;
  request.listen_fds = count_listen_fds(environment);
  request.preserved_fds = count_preserved_fds(line);
  return request;
}

// Plans a container that stays in its caller's cgroup. Limits can't be had then; rules for devices,
// which clients add unasked, go with what would enforce them.
Plan plan_without_cgroup(spec::Config& config, const PlanRequest& request, Arena& arena) {
  config.linux.cgroups_path = {};
  config.linux.resources.devices = {};
  Plan plan = make_plan(config, request, arena);
  if (plan.cgroup.use == cgroups::CgroupUse::kRequired) {
    fail_invalid({"/linux/resources"}, "needs a cgroup, and --cgroup-manager is disabled");
  }
  plan.cgroup = {};
  return plan;
}

Container load_bundle(const CommandLine& line, const Environment& environment) {
  Arena& arena = *environment.arena;
  if (line.argument == nullptr) {
    fail({.code = ErrorCode::kUsage, .text = "a bundle needs a container ID"});
  }
  if (!state::is_valid_id(line.argument)) {
    fail({.code = ErrorCode::kUsage, .operation = "invalid container ID", .object = line.argument});
  }
  if (!line.program.empty()) {
    fail({.code = ErrorCode::kUsage,
          .operation = "the bundle names the command; unexpected",
          .object = line.program[0]});
  }
  const char* bundle = line.has(Option::kBundle) ? line.option(Option::kBundle) : ".";
  const std::string_view path = absolute_path(bundle, arena);
  const std::string_view file =
      join_paths(path, line.option(Option::kConfig, "config.json"), arena);
  const std::span<char> text = read_file(file.data(), kLargestConfigBytes, arena);
  Container container;
  // Parsing changes the text; the record keeps it as it is.
  container.texts[state::Text::kConfig] = arena.copy_string({text.data(), text.size()});
  spec::Config config = spec::parse(text, arena);
  add_notify_socket(line, environment, config, arena);
  const PlanRequest request = make_request(line, environment, path, config);
  const bool disabled = std::string_view(line.option(Option::kCgroupManager, "")) == "disabled";
  container.plan =
      disabled ? plan_without_cgroup(config, request, arena) : make_plan(config, request, arena);
  mounts::RootRecord& root = container.plan.mounts.root;
  if (root.entry == mounts::RootEntry::kMove) {
    root.hidden = kernel_mount_points(std::string_view(root.path), arena);
  }
  fill_texts(config, container.plan, path, container.texts, arena);
  return container;
}

}  // namespace

HostFacts probe_host_for(const spec::Config& config, const Environment& environment) {
  HostFacts host = probe_host(environment.caller);
  const bool has_labels = !config.process.apparmor_profile.empty() ||
                          !config.process.selinux_label.empty() ||
                          !config.linux.mount_label.empty();
  if (has_labels) host.security_module = probe_security_module();
  return host;
}

std::string_view absolute_path(const char* path, Arena& arena) {
  if (path[0] == '/') return std::string_view(path);
  const auto buffer = arena.array<char>(kLongestPathBytes);
  const size_t size = or_fail(sys::getcwd(buffer), "getcwd", ".");
  const std::string_view here(buffer.data(), size - 1);
  return path[0] == '.' && path[1] == '\0' ? here : join_paths(here, path, arena);
}

std::string_view state_root(const CommandLine& line, const Environment& environment) {
  if (line.has(Option::kRoot)) return std::string_view(line.option(Option::kRoot));
  const uint32_t euid = environment.caller.euid;
  const char* runtime = environment.find("XDG_RUNTIME_DIR");
  const bool has_runtime = runtime != nullptr && runtime[0] == '/';
  if (euid == 0 && !(has_runtime && is_in_user_namespace())) return std::string_view("/run/nosc");
  if (has_runtime) return join_paths(runtime, "nosc", *environment.arena);
  BufferWriter<32> path;
  path.text("/tmp/nosc-").decimal(euid);
  return environment.arena->copy_string(path.view());
}

void open_record(const CommandLine& line, const Environment& environment, state::Record& record) {
  if (line.argument == nullptr) {
    fail({.code = ErrorCode::kUsage, .text = "needs a container ID"});
  }
  record.open(state_root(line, environment), environment.caller.euid, line.argument,
              *environment.arena);
}

spec::Config read_recorded_config(const state::Record& record, Arena& arena) {
  return spec::parse(record.read_config(arena), arena);
}

void delete_container(state::Record& record, Arena& arena) {
  hooks::HookPlan hooks;
  const bool has_hooks = record.has(state::kHasPoststop);
  if (has_hooks) hooks = hooks::plan_hooks(read_recorded_config(record, arena).hooks, arena);
  launch::remove_container(record, has_hooks ? &hooks : nullptr, arena);
}

Container load_container(const CommandLine& line, const Environment& environment) {
  bool from_bundle = line.argument != nullptr || line.has(Option::kBundle);
  // What the container without a bundle doesn't have.
  for (const Option option : {Option::kConfig, Option::kConsoleSocket, Option::kDetach,
                              Option::kKeep, Option::kNoPivot, Option::kPreserveFds}) {
    from_bundle |= line.has(option);
  }
  auto container = from_bundle ? load_bundle(line, environment)
                               : plan_default_container(line, environment, RootAccess::kWritable);
  for (const Error& warning : container.plan.capabilities.warnings) log_warning(warning);
  return container;
}

}  // namespace nosc::cli
