// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "engine/process/process.h"
#include "engine/process/stub/control.h"
#include "engine/rt/writer.h"

namespace nosc::process {
namespace {

// Where a program is looked for when the environment has no PATH.
constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr char kDefaultHome[] = "HOME=/";
constexpr uint32_t kDefaultUmask = 0022;

Place indexed(const char* pointer, size_t index, const char* tail = nullptr) {
  return {pointer, static_cast<int32_t>(index), tail};
}

Result<std::span<const RlimitRecord>> plan_rlimits(std::span<const spec::Rlimit> rlimits,
                                                   Arena& arena) {
  constexpr const char* kPointer = "/process/rlimits";
  const auto records = TRY(arena.array<RlimitRecord>(rlimits.size()));
  for (size_t i = 0; i < rlimits.size(); ++i) {
    const spec::Rlimit& rlimit = rlimits[i];
    const std::optional<sys::Resource> resource = rlimit_resource(rlimit.type);
    if (!resource) {
      return invalid_error(indexed(kPointer, i, "type"), "unknown resource limit", rlimit.type);
    }
    if (rlimit.soft > rlimit.hard) {
      return invalid_error(indexed(kPointer, i, "soft"), "is above hard", rlimit.type);
    }
    records[i] = {*resource, rlimit.soft, rlimit.hard};
  }
  return std::span<const RlimitRecord>(records);
}

Result<IdentityRecord> plan_identity(const spec::Process& process, namespaces::Setgroups setgroups,
                                     Arena& arena) {
  const spec::User& user = process.user;
  const auto groups = TRY(arena.array<sys::Gid>(user.additional_gids.size()));
  for (size_t i = 0; i < groups.size(); ++i) groups[i] = sys::Gid{user.additional_gids[i]};
  IdentityRecord record{.uid = sys::Uid{user.uid},
                        .gid = sys::Gid{user.gid},
                        .groups = groups,
                        .umask = sys::Mode::from_bits(user.umask.value_or(kDefaultUmask)),
                        .working_directory = process.cwd.data()};
  if (setgroups == namespaces::Setgroups::kDeny) {
    if (!record.groups.empty()) {
      return invalid_error({"/process/user/additionalGids"},
                           "not possible with a group map of one id only");
    }
    record.group_change = GroupChange::kKeep;
  } else if (setgroups == namespaces::Setgroups::kUnknown && record.groups.empty()) {
    record.group_change = GroupChange::kSetIfAllowed;
  }
  return record;
}

Result<OomRecord> plan_oom(const spec::Process& process, Arena& arena) {
  if (!process.oom_score_adj) return OomRecord{};
  Writer writer(TRY(arena.array<char>(sizeof("-2147483648"))));
  writer.signed_decimal(*process.oom_score_adj);
  return OomRecord{writer.view()};
}

// The value of a variable; `found` is false where there is none. The first one counts.
std::string_view variable(spec::Strings env, std::string_view name, bool& found) {
  found = false;
  for (std::string_view entry : env) {
    if (!entry.starts_with(name)) continue;
    found = true;
    return entry.substr(name.size());
  }
  return {};
}

Result<void> plan_environment(const spec::Process& process, ExecRecord& exec, Arena& arena) {
  bool found = false;
  // An empty HOME is as good as none: no program means the empty path.
  const bool has_home = !variable(process.env, "HOME=", found).empty();
  const auto envp = TRY(arena.array<char*>(process.env.size() + 2));
  size_t count = 0;
  for (std::string_view entry : process.env) {
    if (!has_home && entry == "HOME=") continue;
    envp[count++] = const_cast<char*>(entry.data());
  }
  if (!has_home) {
    exec.home = &envp[count];
    envp[count] = const_cast<char*>(kDefaultHome);
  }
  exec.envp = envp.data();
  return {};
}

// Where a program may be, in the order of execvp(3): itself if it names a directory, else below
// every entry of PATH, of which an empty one means the working directory.
class Candidates {
 public:
  Candidates(std::string_view program, spec::Strings env) : program_(program) {
    if (program.find('/') != program.npos) return;
    bool found = false;
    path_ = variable(env, "PATH=", found);
    if (!found) path_ = kDefaultPath;
    searched_ = true;
  }

  size_t count() const {
    size_t count = 1;
    for (const char c : path_) count += c == ':' ? 1 : 0;
    return count;
  }

  Result<void> build(std::span<char*> out, Arena& arena) const {
    std::string_view rest = path_;
    for (char*& candidate : out) {
      const std::string_view directory = rest.substr(0, rest.find(':'));
      rest.remove_prefix(directory.size() < rest.size() ? directory.size() + 1 : rest.size());
      Writer writer(TRY(arena.array<char>(directory.size() + program_.size() + 3)));
      if (searched_) writer.text(directory.empty() ? "." : directory).character('/');
      candidate = const_cast<char*>(writer.text(program_).view().data());
    }
    return {};
  }

 private:
  std::string_view program_;
  std::string_view path_;
  bool searched_ = false;
};

Result<void> plan_arguments(const spec::Process& process, ExecRecord& exec, Arena& arena) {
  const spec::Strings args = process.args;
  if (args.empty()) return invalid_error({"/process/args"}, "names no program");
  if (args[0].empty()) return invalid_error(indexed("/process/args", 0), "is empty");
  const Candidates candidates(args[0], process.env);
  const size_t count = candidates.count();
  if (count > kLargestControl) return invalid_error({"/process/env"}, "PATH has too many entries");
  const auto argv = TRY(arena.array<char*>(1 + count + args.size() + 1));
  argv[0] = TRY(arena.array<char>(kControlBytes)).data();
  TRY(candidates.build(argv.subspan(1, count), arena));
  for (size_t i = 0; i < args.size(); ++i) argv[1 + count + i] = const_cast<char*>(args[i].data());
  exec.stub_argv = argv.data();
  exec.candidate_count = static_cast<uint32_t>(count);
  return {};
}

}  // namespace

Result<ProcessPlan> plan_process(const spec::Process& process, namespaces::Setgroups setgroups,
                                 Arena& arena) {
  ProcessPlan plan;
  plan.rlimits = TRY(plan_rlimits(process.rlimits, arena));
  plan.identity = TRY(plan_identity(process, setgroups, arena));
  plan.oom = TRY(plan_oom(process, arena));
  plan.no_new_privileges = process.no_new_privileges;
  TRY(plan_environment(process, plan.exec, arena));
  TRY(plan_arguments(process, plan.exec, arena));
  return plan;
}

}  // namespace nosc::process
