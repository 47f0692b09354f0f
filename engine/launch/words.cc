// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/words.h"

#include "engine/devices/devices.h"

namespace nosc::launch {
namespace {

// So much of what a hook wrote is told, of each of its two streams.
constexpr size_t kHookOutputBytes = 512;

// In the order of Operation.
constexpr const char* kOperations[] = {
    nullptr,
    "open",
    "create",
    "stat",
    "mount",
    "bind",
    "set attributes of",
    "set propagation of",
    "attach",
    "pivot to",
    "unmount",
    "change directory to",
    "write",
    "set",
    "join",
    "unshare",
    "fork",
    "execute",
    "verify",
    "run",
};
static_assert(std::size(kOperations) == static_cast<size_t>(Operation::kAwait) + 1);

struct StepWords {
  Step step;
  const char* pointer;  // where in config.json; nullptr: none
  const char* object;
};

// The steps that are about one thing.
constexpr StepWords kSteps[] = {
    {Step::kClone, nullptr, "the container's first process"},
    {Step::kUserNamespace, "/linux/namespaces", "user namespace"},
    {Step::kSession, nullptr, "session"},
    {Step::kNewNamespaces, "/linux/namespaces", "namespaces"},
    {Step::kLoopback, nullptr, "lo"},
    {Step::kCgroupNamespace, "/linux/namespaces", "cgroup namespace"},
    {Step::kTimeNamespace, "/linux/timeOffsets", "time namespace"},
    {Step::kProc, nullptr, "/proc"},
    {Step::kKeyring, nullptr, "session keyring"},
    {Step::kTerminal, "/process/terminal", "terminal"},
    {Step::kEnterRoot, "/root", "root"},
    {Step::kHostname, "/hostname", "hostname"},
    {Step::kDomainname, "/domainname", "domainname"},
    {Step::kOomScoreAdj, "/process/oomScoreAdj", "oom_score_adj"},
    {Step::kScheduler, "/process/scheduler", "scheduler"},
    {Step::kIoPriority, "/process/ioPriority", "io priority"},
    {Step::kPersonality, "/linux/personality", "personality"},
    {Step::kAffinity, "/process/execCPUAffinity", "processors"},
    {Step::kUmask, "/process/user/umask", "umask"},
    {Step::kGroups, "/process/user/additionalGids", "groups"},
    {Step::kUser, "/process/user", "user"},
    {Step::kCapabilities, "/process/capabilities", "capabilities"},
    {Step::kSeccomp, "/linux/seccomp", "filter"},
    {Step::kNoNewPrivileges, "/process/noNewPrivileges", "no_new_privs"},
    {Step::kStub, nullptr, "the last stage"},
};

std::string_view text_of(const char* text) { return text == nullptr ? std::string_view{} : text; }

// What a mount was made from, for the errors in which the destination alone says too little.
const char* mount_details(const mounts::MountRecord& record, Arena& arena) {
  const bool bind = record.kind == mounts::MountKind::kBind;
  BufferWriter<512> writer;
  writer.text(bind ? "source " : record.type);
  if (bind) writer.quoted(record.source);
  if (record.data[0] != '\0') writer.text(", data ").quoted(record.data);
  return arena.copy_string(writer.view()).data();
}

void describe_mount(const Failure& failure, const Plan& plan, Arena& arena, Error& error) {
  if (failure.index >= plan.mounts.mounts.size()) return;
  const mounts::MountRecord& record = plan.mounts.mounts[failure.index];
  error.place = record.place;
  if (failure.step == Step::kMountSource) {
    error.object = record.source;
    return;
  }
  error.object = record.destination;
  if (failure.operation == Operation::kVerify) {
    error.text = failure.error == sys::kEPERM.value()
                     ? "only a proc file system may be mounted over /proc"
                     : "the destination changed while it was being mounted";
    return;
  }
  error.text = mount_details(record, arena);
}

void describe_exec(const Failure& failure, const Plan& plan, Error& error) {
  error.place = {"/process/args", 0};
  error.object = plan.program;
  const int error_number = failure.error;
  if (error_number == sys::kENOENT.value() || error_number == sys::kENOTDIR.value()) {
    error.code = ErrorCode::kNotFound;
  } else {
    error.code = ErrorCode::kNotExecutable;
  }
}

// What is usual to say of a signal.
constexpr struct {
  sys::Signal signal;
  const char* words;
} kSignalWords[] = {
    {sys::kSIGHUP, "hangup"},
    {sys::kSIGINT, "interrupt"},
    {sys::kSIGQUIT, "quit"},
    {sys::kSIGABRT, "aborted"},
    {sys::kSIGKILL, "killed"},
    {sys::kSIGTERM, "terminated"},
    {sys::kSIGSEGV, "segmentation fault"},
    {sys::kSIGPIPE, "broken pipe"},
    {sys::kSIGSYS, "bad system call"},
};

void write_hook_end(uint32_t status, Writer& out) {
  if (status < hooks::kSignalled) {
    out.text("exit status ").decimal(status);
    return;
  }
  const auto signal = static_cast<sys::Signal>(status - hooks::kSignalled);
  out.text("signal: ");
  for (const auto& row : kSignalWords) {
    if (row.signal == signal) {
      out.text(row.words);
      return;
    }
  }
  out.text("signal ").decimal(static_cast<uint32_t>(signal));
}

// How the wait for a hook ended, in the words of runc, which callers look for.
void write_hook_failure(uint32_t error, const hooks::HookRecord& hook, Writer& out) {
  if (error == hooks::kInterrupted) {
    out.text("interrupted");
  } else if (error == hooks::kTimedOut) {
    out.text("hook ran past specified timeout of ");
    out.decimal(static_cast<uint32_t>(hook.timeout_ms) / 1000).text(".0s");
  } else {
    char buffer[kHookOutputBytes];
    write_hook_end(error, out);
    out.text(", stdout: ").escaped(hooks::read_output(hooks::Stream::kOut, buffer));
    out.text(", stderr: ").escaped(hooks::read_output(hooks::Stream::kError, buffer));
  }
}

// An index among its kind; the kinds are steps in the same order.
void describe_hook(const Failure& failure, const Plan& plan, Arena& arena, Error& error) {
  const auto kind = static_cast<size_t>(failure.step) - static_cast<size_t>(Step::kPrestartHook);
  if (failure.index >= plan.hooks.kinds[kind].size()) return;
  const hooks::HookRecord& hook = plan.hooks.kinds[kind][failure.index];
  error.place = hook.place;
  error.operation = nullptr;
  BufferWriter<4 * kHookOutputBytes> text;
  text.text("error running ").text(hook.place.pointer + sizeof "/hooks").text(" hook #");
  text.decimal(failure.index).text(": ");
  if (failure.operation == Operation::kAwait) {
    error.cause = {};
    write_hook_failure(failure.error, hook, text);
  } else {
    text.text("fork/exec ").text(hook.path);
  }
  error.text = arena.copy_string(text.view()).data();
}

// A record of an array. What the index says may come from the last stage, which is in reach of
// other processes of the container: it is believed only where there is such a record.
template <class Records>
void describe_record(const Records& records, size_t index, Error& error) {
  if (index >= records.size()) return;
  error.place = records[index].place;
  error.object = records[index].path;
}

// The default devices come behind the configured ones.
void describe_device(size_t index, const Plan& plan, Error& error) {
  const auto defaults = devices::default_devices();
  if (index < plan.devices.size()) {
    describe_record(plan.devices, index, error);
  } else if (index - plan.devices.size() < defaults.size()) {
    error.object = defaults[index - plan.devices.size()].path;
  }
}

void describe_link(size_t index, Error& error) {
  const auto links = devices::default_links();
  if (index < links.size()) error.object = links[index].name;
}

// The steps that work on an array of records. Returns false for the others.
bool describe_indexed(const Failure& failure, const Plan& plan, Arena& arena, Error& error) {
  const uint32_t index = failure.index;
  switch (failure.step) {
    case Step::kMount:
    case Step::kMountSource: describe_mount(failure, plan, arena, error); return true;
    case Step::kJoinNamespace: describe_record(plan.namespaces.joins, index, error); return true;
    case Step::kJoinCgroup:
      error.place = plan.cgroup.place;
      error.object = "cgroup.procs";
      if (index < plan.cgroup.hierarchies.size()) {
        const auto path = plan.cgroup.hierarchies[index].path;
        error.object = {path.data(), path.size()};
      }
      return true;
    case Step::kDevice: describe_device(index, plan, error); return true;
    case Step::kLink: describe_link(index, error); return true;
    case Step::kMask: describe_record(plan.mounts.masks, index, error); return true;
    case Step::kReadOnlyPath: describe_record(plan.mounts.read_only, index, error); return true;
    case Step::kSysctl: describe_record(plan.sysctls, index, error); return true;
    case Step::kPrestartHook:
    case Step::kCreateRuntimeHook:
    case Step::kCreateContainerHook:
    case Step::kStartContainerHook:
    case Step::kPoststartHook:
    case Step::kPoststopHook: describe_hook(failure, plan, arena, error); return true;
    case Step::kRlimit:
      error.place = {"/process/rlimits", static_cast<int32_t>(index)};
      return true;
    default: return false;
  }
}

}  // namespace

Error describe_failure(const Failure& failure, const Plan& plan, Arena& arena) {
  const auto operation = static_cast<size_t>(failure.operation);
  Error error{.code = ErrorCode::kSystem,
              .cause = sys::Errno(failure.error),
              .operation = operation < std::size(kOperations) ? kOperations[operation] : "start"};
  if (describe_indexed(failure, plan, arena, error)) return error;
  switch (failure.step) {
    case Step::kRoot:
      error.place = {kRootPlace};
      error.object = plan.mounts.root.path;
      return error;
    case Step::kWorkingDirectory:
      error.place = {"/process/cwd"};
      error.object = plan.process.identity.working_directory;
      return error;
    case Step::kLabel:
      error.place = plan.process.label.place;
      error.object = plan.process.label.text;
      return error;
    case Step::kExec: describe_exec(failure, plan, error); return error;
    default: break;
  }
  for (const StepWords& words : kSteps) {
    if (words.step != failure.step) continue;
    error.place = {words.pointer};
    error.object = text_of(words.object);
  }
  return error;
}

}  // namespace nosc::launch
