// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/child.h"

#include "engine/devices/devices.h"
#include "engine/launch/last_stage.h"
#include "engine/net/loopback.h"
#include "engine/process/stub/await_start.h"
#include "engine/rt/passing_fd.h"
#include "engine/rt/private_proc.h"
#include "engine/rt/rooted.h"
#include "engine/rt/step.h"
#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

void await_start(const ChildContext& context) {
  if (context.start == Start::kAtOnce) return;
  begin_step(Step::kClone);
  or_fail(wait_for_go(context.channel), Operation::kNone);
}

void start_session() {
  begin_step(Step::kSession);
  or_fail(sys::setsid(), Operation::kSet);
}

// The root of a cgroup namespace is the cgroup of the process that makes it: clone would take the
// parent's, so this one is made here.
void enter_cgroup_namespace(const Plan& plan) {
  if (!plan.namespaces.created.has(sys::kCLONE_NEWCGROUP)) return;
  begin_step(Step::kCgroupNamespace);
  or_fail(sys::unshare(sys::kCLONE_NEWCGROUP), Operation::kUnshare);
}

void set_names(const Plan& plan) {
  begin_step(Step::kHostname);
  if (!plan.hostname.empty()) or_fail(sys::sethostname(plan.hostname), Operation::kSet);
  begin_step(Step::kDomainname);
  if (!plan.domainname.empty()) or_fail(sys::setdomainname(plan.domainname), Operation::kSet);
}

// Where what the plan has for /proc is written: the host's, while it is that, never a container's.
// None if it has nothing.
sys::Fd open_proc(const Plan& plan) {
  const bool makes_time = plan.namespaces.created.has(sys::kCLONE_NEWTIME);
  if (plan.sysctls.empty() && plan.process.oom.text.empty() && !makes_time) return {};
  begin_step(Step::kProc);
  return rt::open_proc(sees_host(plan) ? rt::VisibleProc::kHosts : rt::VisibleProc::kForeign);
}

// Opened while /proc is the host's, for the way around execveat, which a filter may not let
// through, and which an old kernel lacks: one with clone3 has it.
sys::Fd open_descriptors(const ChildContext& context) {
  if (!context.is_stepwise && !loads_filter(context.plan->seccomp, seccomp::Loader::kSetUp) &&
      !loads_filter(context.plan->seccomp, seccomp::Loader::kSetUpLast)) {
    return {};
  }
  begin_step(Step::kStub);
  if (sees_host(*context.plan)) {
    return or_fail(process::open_descriptor_directory(), Operation::kOpen);
  }
  const sys::Fd proc = rt::open_proc(rt::VisibleProc::kForeign);
  return or_fail(sys::openat(proc, "self/fd", sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC),
                 Operation::kOpen);
}

// The parent has written down who this is; hooks have run. From here on the container can be found
// whatever becomes of the parent. Returns what is known of this process.
Go await_admission(const ChildContext& context) {
  if (context.texts == nullptr) return {};
  const hooks::HookPlan& plan = context.plan->hooks;
  if (waits_for_hooks(plan)) send_event(context.channel, Event::kHooks, {});
  begin_step(Step::kClone);
  Go go;
  or_fail(wait_for_go(context.channel, go), Operation::kNone);
  // The container's hooks are told the pid as they see it. Asked for here, before a filter.
  const bool has_hooks =
      plan.has(hooks::Kind::kCreateContainer) || plan.has(hooks::Kind::kStartContainer);
  if (has_hooks) go.pid = sys::getpid();
  apply_hooks(plan.of(hooks::Kind::kCreateContainer), Step::kCreateContainerHook,
              {.texts = context.texts, .pid = go.pid, .status = state::Status::kCreating});
  return go;
}

// The terminal is made when the container's devpts is mounted and before its root is closed.
// Returns the container's side; nothing where it has none.
sys::Fd make_terminal(const ChildContext& context, sys::BorrowedFd root) {
  const Plan& plan = *context.plan;
  if (plan.terminal == Terminal::kNone) return {};
  return console::make_terminal(
      root, {.size = plan.terminal_size,
             .user = plan.process.identity.uid,
             .receiver = context.terminal_channel,
             .is_relayed = context.terminal_channel.raw() == context.channel.raw(),
             .is_console = plan.root_setup == RootSetup::kOwn});
}

// A working directory that is missing is made. Where that can't be done, entering it fails later.
void make_working_directory(const Plan& plan, sys::BorrowedFd root) {
  const std::string_view path = plan.process.identity.working_directory;
  if (path != "/") (void)rt::make_directories_beneath(root, path.data(), 0755);
}

// Returns the container's side of its terminal, if it has one.
sys::Fd set_up_root(const ChildContext& context, Go& go) {
  const Plan& plan = *context.plan;
  if (plan.root_setup == RootSetup::kJoined) {
    begin_step(Step::kTerminal);
    const sys::Fd root =
        or_fail(sys::openat(sys::kCwd, "/", sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC),
                Operation::kOpen);
    sys::Fd terminal = make_terminal(context, root);
    go = await_admission(context);
    return terminal;
  }
  const PassingFd root = mounts::prepare_root(plan.mounts.root);
  mounts::apply_mounts(plan.mounts, root);
  if (plan.mounts.populate_dev) devices::apply_devices(plan.devices, root);
  sys::Fd terminal = make_terminal(context, root);
  make_working_directory(plan, root);
  go = await_admission(context);
  mounts::apply_path_restrictions(plan.mounts, root);
  mounts::enter_root(plan.mounts.root, root);
  return terminal;
}

// A foreground container has no one else to end it when nosc is killed. The kernel forgets this
// when ids change, so it comes after them; the parent may be gone by then.
void die_with_parent(const ChildContext& context) {
  begin_step(Step::kSession);
  or_fail(sys::prctl(sys::kPR_SET_PDEATHSIG, static_cast<unsigned long>(sys::kSIGKILL)),
          Operation::kSet);
  sys::Pollfd channel{.fd = context.channel.raw(), .events = {}, .revents = {}};
  sys::Timespec now{};
  const auto ready = sys::portable::ppoll({&channel, 1}, &now, nullptr);
  if (ready && channel.revents.has(sys::kPOLLHUP)) fail_step(Operation::kNone, sys::kEPIPE);
}

// Where hooks come before the program, this process waits for the start, and not the stub. The end
// of the channel tells the parent that the container is created.
void run_start_hooks(const ChildContext& context, sys::Pid pid,
                     process::ExecDescriptors& descriptors) {
  const auto records = context.plan->hooks.of(hooks::Kind::kStartContainer);
  if (records.empty()) return;
  if (context.lifetime == Lifetime::kDetached) {
    (void)sys::Fd::adopt(context.channel.raw());
    descriptors.failure =
        sys::BorrowedFd::from_raw(process::await_start(context.start_socket).release());
    descriptors.start = sys::BorrowedFd::from_raw(-1);
    report_failures_to(descriptors.failure);
    hooks::leave_output();
  }
  apply_hooks(records, Step::kStartContainerHook,
              {.texts = context.texts,
               .pid = pid,
               .status = state::Status::kCreated,
               .envp = context.plan->process.exec.envp});
}

// EINVAL: the mappings leave root out, and the set-up goes on as whoever it is.
void unless_unmapped(sys::Result<void> changed) {
  if (!changed.failed_with(sys::kEINVAL)) or_fail(changed, Operation::kSet);
}

}  // namespace

void become_container_root(const Plan& plan) {
  if (!(plan.namespaces.created | plan.namespaces.joined).has(sys::kCLONE_NEWUSER)) return;
  begin_step(Step::kUserNamespace);
  const bool keeps_groups = plan.process.identity.group_change == process::GroupChange::kKeep;
  if (plan.namespaces.setgroups == namespaces::Setgroups::kAllow && !keeps_groups) {
    or_fail(sys::portable::setgroups({}), Operation::kSet);
  }
  constexpr sys::Gid kRootGroup{0};
  constexpr sys::Uid kRoot{0};
  unless_unmapped(sys::portable::setresgid(kRootGroup, kRootGroup, kRootGroup));
  unless_unmapped(sys::portable::setresuid(kRoot, kRoot, kRoot));
}

bool joins_processes(const Plan& plan) { return plan.namespaces.joined.has(sys::kCLONE_NEWPID); }

bool waits_for_hooks(const hooks::HookPlan& hooks) {
  return hooks.has(hooks::Kind::kPrestart) || hooks.has(hooks::Kind::kCreateRuntime) ||
         hooks.has(hooks::Kind::kCreateContainer);
}

void child_main(const ChildContext& context) {
  Plan& plan = *context.plan;
  report_failures_to(context.channel);
  (void)sys::Fd::adopt(context.record.raw());
  await_start(context);
  cgroups::join_cgroups(*context.cgroup, cgroups::Processors::kCgroups);
  start_session();
  enter_cgroup_namespace(plan);
  const sys::Fd proc = open_proc(plan);
  namespaces::apply_time_namespace(plan.namespaces, proc);
  mounts::open_early_sources(plan.mounts);
  const bool hides = joins_processes(plan);
  // With its caller's ids: a user namespace's root isn't the owner of its own files in /proc.
  if (!hides) process::apply_oom_score_adj(plan.process.oom, proc);
  become_container_root(plan);
  if (hides) hide_from_tracers();
  net::apply_loopback(plan.namespaces.created);
  set_names(plan);
  sysctl::apply_sysctls(plan.sysctls, proc);
  const sys::Fd attributes = process::open_label_directory(plan.process.label);
  process::apply_keyring(plan.process.attributes, plan.process.label, attributes);

  const sys::Fd descriptors = open_descriptors(context);

  (void)sys::umask(sys::Mode{});  // modes of mount points and nodes are meant as written
  Go go;
  const sys::Fd terminal = set_up_root(context, go);
  if (terminal) {
    console::take_terminal(terminal);
    console::apply_terminal(terminal);
  }

  const bool detached = context.lifetime == Lifetime::kDetached;
  const auto waits = detached ? process::Waits::kForStart : process::Waits::kNot;
  const bool filters = loads_filter(plan.seccomp, seccomp::Loader::kSetUp);
  if (!filters) process::apply_rlimits(plan.process.rlimits, waits);
  process::apply_attributes(plan.process.attributes);
  capabilities::apply_bounding(plan.capabilities);
  if (plan.terminal == Terminal::kNone) process::give_streams(plan.process.identity);
  process::apply_identity(plan.process.identity);
  if (hides) hide_from_tracers();
  if (!detached) die_with_parent(context);
  console::apply_default_signals(go.ignored_signals);
  process::ExecDescriptors last{.stub = context.program,
                                .failure = context.channel,
                                .start = context.start_socket,
                                .attributes = attributes,
                                .descriptor_directory = descriptors};
  const bool is_last = !detached && plan.hooks.of(hooks::Kind::kStartContainer).empty();
  if (is_last && plan.payload != Payload::kReport) enter_in_place(plan, last);
  if (detached) send_event(context.channel, Event::kComplete, {});
  // What comes behind an early filter must do with what the profile lets through.
  if (detached && filters) process::check_program(plan.process.exec);
  sys::Fd working_directory;
  if (filters) load_filter(plan, waits, context.channel, last, working_directory);
  capabilities::apply_capabilities(plan.capabilities);
  if (plan.process.no_new_privileges) process::apply_no_new_privileges();
  if (detached && !filters) process::check_program(plan.process.exec);
  if (loads_filter(plan.seccomp, seccomp::Loader::kSetUpLast)) {
    load_filter(plan, waits, context.channel, last, working_directory);
  }
  run_start_hooks(context, go.pid, last);
  process::apply_exec(plan.process.exec, last);
}

}  // namespace nosc::launch
