// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/process/process.h"
#include "engine/process/stub/control.h"
#include "engine/process/stub/filter.h"
#include "engine/rt/writer.h"

namespace nosc::process {
namespace {

// Where a program is looked for when the environment has no PATH.
constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::string_view kPath = "PATH=";
constexpr std::string_view kHome = "HOME=";
constexpr std::string_view kDefaultHome = "HOME=/";
constexpr uint32_t kDefaultUmask = 0022;

constexpr Place kGroups = {"/process/user/additionalGids"};
constexpr Place kArguments = {"/process/args"};
constexpr Place kEnvironment = {"/process/env"};

// The planners of the parts. Each fills its part of the plan where it is.

void plan_rlimits(const spec::Process& process, ProcessPlan& plan, Arena& arena) {
  const auto records = arena.array<RlimitRecord>(process.rlimits.size());
  plan.rlimits = records;
  RlimitRecord* record = records.data();
  for (const spec::Rlimit& rlimit : process.rlimits) {
    Place place = {"/process/rlimits", static_cast<int32_t>(record - records.data()), "type"};
    const std::optional<sys::Resource> resource = rlimit_resource(rlimit.type);
    if (!resource) fail_invalid(place, "unknown resource limit", rlimit.type);
    place.tail = "soft";
    if (rlimit.soft > rlimit.hard) fail_invalid(place, "is above hard", rlimit.type);
    *record++ = {*resource, rlimit.soft, rlimit.hard};
  }
}

// The largest number means "leave it as it is" to the calls that set ids: the program would keep
// the runtime's own.
void check_user(const spec::User& user) {
  constexpr uint32_t kNoId = UINT32_MAX;
  constexpr uint32_t kPermissions = 0777;
  constexpr const char* kText = "is out of range";
  if (user.uid == kNoId) fail_invalid({"/process/user/uid"}, kText, "4294967295");
  if (user.gid == kNoId) fail_invalid({"/process/user/gid"}, kText, "4294967295");
  if (user.umask.value_or(0) > kPermissions) {
    fail_invalid({"/process/user/umask"}, "is out of range: at most 511 (0777)");
  }
  for (size_t i = 0; i < user.additional_gids.size(); ++i) {
    if (user.additional_gids[i] != kNoId) continue;
    fail_invalid({"/process/user/additionalGids", static_cast<int32_t>(i)}, kText, "4294967295");
  }
}

void plan_identity(const spec::Process& process, namespaces::Setgroups setgroups,
                   IdentityRecord& record, Arena& arena) {
  const spec::User& user = process.user;
  check_user(user);
  auto groups = arena.array<sys::Gid>(user.additional_gids.size());
  size_t count = 0;
  for (const uint32_t gid : user.additional_gids) {
    const auto known = groups.first(count);
    // docker repeats the first group, and the kernel would too.
    if (std::ranges::find(known, sys::Gid{gid}) == known.end()) groups[count++] = sys::Gid{gid};
  }
  groups = groups.first(count);
  record.uid = sys::Uid{user.uid};
  record.gid = sys::Gid{user.gid};
  record.groups = groups;
  record.umask = sys::Mode::from_bits(user.umask.value_or(kDefaultUmask));
  record.working_directory = process.cwd.data();
  if (setgroups == namespaces::Setgroups::kDeny) {
    if (!groups.empty()) {
      fail_invalid(kGroups, "not possible with a group map of one id only");
    }
    record.group_change = GroupChange::kKeep;
  } else if (setgroups == namespaces::Setgroups::kUnknown) {
    record.group_change = GroupChange::kSetIfAllowed;
  }
}

void plan_oom(const spec::Process& process, OomRecord& record, Arena& arena) {
  if (!process.oom_score_adj) return;
  Writer writer(arena.array<char>(sizeof("-2147483648")));
  record.text = writer.signed_decimal(*process.oom_score_adj).view();
}

// The value of a variable; a null view where there is none. The last one counts.
std::string_view variable(spec::Strings env, std::string_view name) {
  std::string_view value;
  for (const std::string_view entry : env) {
    if (entry.starts_with(name)) value = entry.substr(name.size());
  }
  return value;
}

// Whether a later entry sets the same variable.
bool is_replaced(spec::Strings env, size_t index) {
  const size_t equals = env[index].find('=');
  if (equals == std::string_view::npos) return false;
  return variable(env.subspan(index + 1), env[index].substr(0, equals + 1)).data() != nullptr;
}

// The kernel takes arguments and environment as writable strings, and writes to none of them.
char* unconst(std::string_view text) { return const_cast<char*>(text.data()); }

// What tells a program of descriptors that it was started with. Source: sd_listen_fds(3).
char* listen_variable(uint32_t count, Arena& arena) {
  constexpr std::string_view kVariable = "LISTEN_FDS=";
  Writer text(arena.array<char>(kVariable.size() + sizeof "4294967295"));
  return unconst(text.text(kVariable).decimal(count).view());
}

void plan_environment(const spec::Process& process, uint32_t listen_fds, ExecRecord& exec,
                      Arena& arena) {
  // An empty HOME is as good as none: no program means the empty path.
  const bool has_home = !variable(process.env, kHome).empty();
  const auto envp = arena.array<char*>(process.env.size() + 4);
  exec.envp = envp.data();
  char** next = envp.data();
  // Programs differ in which of two they read.
  for (size_t i = 0; i < process.env.size(); ++i) {
    const std::string_view entry = process.env[i];
    if (entry != kHome && !is_replaced(process.env, i)) *next++ = unconst(entry);
  }
  if (listen_fds != 0) {
    *next++ = listen_variable(listen_fds, arena);
    *next++ = unconst(arena.copy_string("LISTEN_PID=1"));
  }
  if (!has_home) {
    exec.home = next;
    *next = unconst(arena.copy_string(kDefaultHome));
  }
}

// Where the program may be, in the order of execvp(3): below every directory of PATH, of which an
// empty one means the working directory.
std::string_view search_path(std::string_view program, spec::Strings env) {
  if (program.find('/') != program.npos) return {};
  const std::string_view path = variable(env, kPath);
  return path.data() == nullptr ? kDefaultPath : path;
}

// Writes the candidates for a program into `buffer` and their addresses to `out`. A program with a
// slash in its name, which has no search path, is itself the only one.
void build_candidates(std::string_view program, std::string_view path, Writer& buffer,
                      std::span<char*> out) {
  for (char*& candidate : out) {
    candidate = unconst(buffer.view()) + buffer.view().size();
    if (path.data() != nullptr) {
      const std::string_view directory = path.substr(0, path.find(':'));
      path.remove_prefix(directory.size() < path.size() ? directory.size() + 1 : path.size());
      if (directory.empty()) buffer.character('.');
      buffer.text(directory).character('/');
    }
    buffer.text(program).character('\0');
  }
}

void plan_arguments(const spec::Process& process, const LabelRecord& label, ExecRecord& exec,
                    Arena& arena) {
  const spec::Strings args = process.args;
  if (args.empty()) fail_invalid(kArguments, "names no program");
  if (args[0].empty()) {
    fail({.code = ErrorCode::kNotFound,
          .cause = sys::kENOENT,
          .operation = "execute",
          .place = {"/process/args", 0}});
  }
  const std::string_view path = search_path(args[0], process.env);
  const size_t count = 1 + static_cast<size_t>(std::count(path.begin(), path.end(), ':'));
  if (count > kLargestControl) fail_invalid(kEnvironment, "PATH has too many entries");
  exec.candidate_count = static_cast<uint32_t>(count);

  exec.has_label = label.text != nullptr;
  const size_t first = exec.has_label ? 2 : 1;  // of the candidates
  // One more in front, for add_filter().
  const auto argv = arena.array<char*>(1 + first + count + args.size() + 1).subspan(1);
  exec.stub_argv = argv.data();
  // Beside its directory, a candidate has the program's name, a dot, a slash and a NUL.
  const size_t text_bytes = kControlBytes + path.size() + count * (args[0].size() + 3);
  const auto text = arena.array<char>(text_bytes);
  argv[0] = text.data();
  if (exec.has_label) argv[1] = const_cast<char*>(label.text);
  Writer buffer(text.subspan(kControlBytes));
  build_candidates(args[0], path, buffer, argv.subspan(first, count));
  for (size_t i = 0; i < args.size(); ++i) argv[first + count + i] = unconst(args[i]);
}

}  // namespace

void add_filter(ExecRecord& exec, std::span<const sys::SockFilter> program, sys::SeccompFlags flags,
                Arena& arena) {
  const auto letters = arena.array<char>(program.size() * kLettersPerInstruction + 1);
  write_filter(program.data(), program.size(), letters.data());
  char** const argv = --exec.stub_argv;
  argv[0] = argv[1];
  argv[1] = letters.data();
  exec.filter_count = static_cast<uint32_t>(program.size());
  exec.filter_flags = flags.bits();
}

ProcessPlan plan_process(const spec::Process& process, const ProcessContext& context,
                         Arena& arena) {
  ProcessPlan plan;
  plan.no_new_privileges = process.no_new_privileges;
  plan_rlimits(process, plan, arena);
  plan.label = context.label;
  plan.kept_fds = context.listen_fds + context.preserved_fds;
  plan_identity(process, context.setgroups, plan.identity, arena);
  if (context.keeps_groups) {
    plan.identity.group_change = GroupChange::kKeep;
    plan.identity.groups = {};
  }
  plan_oom(process, plan.oom, arena);
  plan_environment(process, context.listen_fds, plan.exec, arena);
  plan_arguments(process, plan.label, plan.exec, arena);
  return plan;
}

}  // namespace nosc::process
