// SPDX-License-Identifier: Apache-2.0
#include "engine/launch/child.h"

#include "engine/devices/devices.h"
#include "engine/net/loopback.h"
#include "engine/rt/rooted.h"
#include "syscalls/sys.h"

namespace nosc::launch {
namespace {

Failure step(Step step, Operation operation, const sys::Result<void>& result) {
  return result ? Failure{} : fail(step, operation, result.error());
}

Failure await_start(const ChildContext& context) {
  if (context.start == Start::kAtOnce) return {};
  return step(Step::kClone, Operation::kNone, wait_for_go(context.channel));
}

Failure start_session() {
  auto session = sys::setsid();
  if (!session) return fail(Step::kSession, Operation::kSet, session.error());
  return {};
}

// The root of a cgroup namespace is the cgroup of the process that makes it: clone would take the
// parent's, so this one is made here.
Failure enter_cgroup_namespace(const Plan& plan) {
  if (!plan.namespaces.created.has(sys::kCLONE_NEWCGROUP)) return {};
  return step(Step::kCgroupNamespace, Operation::kUnshare, sys::unshare(sys::kCLONE_NEWCGROUP));
}

// In a user namespace the files that the set-up makes belong to the container's root.
Failure become_container_root(const Plan& plan) {
  if (!(plan.namespaces.created | plan.namespaces.joined).has(sys::kCLONE_NEWUSER)) return {};
  if (plan.namespaces.setgroups == namespaces::Setgroups::kAllow) {
    TRY_STEP(step(Step::kUserNamespace, Operation::kSet, sys::portable::setgroups({})));
  }
  constexpr sys::Gid kRootGroup{0};
  constexpr sys::Uid kRoot{0};
  // EINVAL: the mappings leave root out, and the set-up goes on as whoever it is.
  auto group = sys::portable::setresgid(kRootGroup, kRootGroup, kRootGroup);
  if (!group && group.error() != sys::kEINVAL) {
    return step(Step::kUserNamespace, Operation::kSet, group);
  }
  auto user = sys::portable::setresuid(kRoot, kRoot, kRoot);
  if (!user && user.error() != sys::kEINVAL) {
    return step(Step::kUserNamespace, Operation::kSet, user);
  }
  return {};
}

Failure set_names(const Plan& plan) {
  if (!plan.hostname.empty()) {
    TRY_STEP(step(Step::kHostname, Operation::kSet, sys::sethostname(plan.hostname)));
  }
  if (!plan.domainname.empty()) {
    TRY_STEP(step(Step::kDomainname, Operation::kSet, sys::setdomainname(plan.domainname)));
  }
  return {};
}

// What has to be written while /proc is still the host's.
Failure write_parameters(const Plan& plan) {
  TRY_STEP(process::apply_oom_score_adj(plan.process.oom));
  if (plan.sysctls.empty()) return {};
  auto proc =
      sys::openat(sys::kAT_FDCWD, "/proc", sys::kO_PATH | sys::kO_DIRECTORY | sys::kO_CLOEXEC);
  if (!proc) return fail(Step::kSysctl, Operation::kOpen, proc.error());
  return sysctl::apply_sysctls(plan.sysctls, *proc);
}

// The terminal is made when the container's devpts is mounted and before its root is closed.
Failure make_terminal(const ChildContext& context, sys::BorrowedFd root, sys::Fd& peer) {
  if (context.plan->terminal == Terminal::kNone) return {};
  sys::Fd master;
  TRY_STEP(console::open_terminal(root, context.plan->terminal_size, master, peer));
  return console::send_terminal(context.channel, master);
}

// A working directory that is missing is made. Where that can't be done, entering it fails later.
void make_working_directory(const Plan& plan, sys::BorrowedFd root) {
  const std::string_view path = plan.process.identity.working_directory;
  if (path != "/") (void)rt::make_directories_beneath(root, path.data(), 0755);
}

Failure set_up_root(const ChildContext& context, sys::Fd& terminal) {
  const Plan& plan = *context.plan;
  if (plan.root_setup == RootSetup::kJoined) return {};
  sys::Fd root;
  TRY_STEP(mounts::prepare_root(plan.mounts.root, root));
  TRY_STEP(mounts::apply_mounts(plan.mounts, root));
  if (plan.mounts.populate_dev) TRY_STEP(devices::apply_default_devices(root));
  TRY_STEP(make_terminal(context, root, terminal));
  make_working_directory(plan, root);
  TRY_STEP(mounts::apply_path_restrictions(plan.mounts, root));
  return mounts::enter_root(plan.mounts.root, root);
}

// A foreground container has no one else to end it when nosc is killed. The kernel forgets this
// when ids change, so it comes after them; the parent may be gone by then.
Failure die_with_parent(const ChildContext& context) {
  auto set = sys::prctl(sys::kPR_SET_PDEATHSIG, static_cast<unsigned long>(sys::kSIGKILL));
  if (!set) return fail(Step::kSession, Operation::kSet, set.error());
  sys::Pollfd channel{.fd = context.channel.raw(), .events = {}, .revents = {}};
  sys::Timespec now{};
  auto ready = sys::portable::ppoll({&channel, 1}, &now, nullptr);
  if (ready && channel.revents.has(sys::kPOLLHUP)) {
    return fail(Step::kSession, Operation::kNone, sys::kEPIPE);
  }
  return {};
}

// The whole set-up of a container, from a bare process to the start of its program.
Failure set_up(const ChildContext& context) {
  Plan& plan = *context.plan;
  TRY_STEP(await_start(context));
  TRY_STEP(start_session());
  TRY_STEP(enter_cgroup_namespace(plan));
  TRY_STEP(mounts::open_early_sources(plan.mounts));
  TRY_STEP(become_container_root(plan));
  TRY_STEP(net::apply_loopback(plan.namespaces.created));
  TRY_STEP(set_names(plan));
  TRY_STEP(write_parameters(plan));

  // Opened while /proc is the host's, for the way around a missing execveat.
  auto descriptors = process::open_descriptor_directory();
  if (!descriptors) return fail(Step::kStub, Operation::kOpen, descriptors.error());

  (void)sys::umask(sys::Mode{});  // modes of mount points and nodes are meant as written
  sys::Fd terminal;
  TRY_STEP(set_up_root(context, terminal));
  if (terminal) TRY_STEP(console::apply_terminal(terminal));

  TRY_STEP(process::apply_rlimits(plan.process.rlimits));
  TRY_STEP(capabilities::apply_bounding(plan.capabilities));
  process::give_pipes(plan.process.identity);
  TRY_STEP(process::apply_identity(plan.process.identity));
  TRY_STEP(capabilities::apply_capabilities(plan.capabilities));
  if (plan.process.no_new_privileges) TRY_STEP(process::apply_no_new_privileges());
  TRY_STEP(die_with_parent(context));
  TRY_STEP(console::apply_signal_mask(*context.signals));
  return process::apply_exec(
      plan.process.exec,
      {.stub = context.program, .failure = context.channel, .descriptor_directory = *descriptors});
}

}  // namespace

void child_main(const ChildContext& context) {
  send_failure(context.channel, set_up(context));
  for (;;) (void)sys::exit_group(1);
}

}  // namespace nosc::launch
