// SPDX-License-Identifier: Apache-2.0
#pragma once

// The container's first process itself: limits, ids, working directory, and the program.
//
// The parts are applied at different moments, in this order (launch/child.cc is the whole of it):
//   while /proc is the host's   apply_oom_score_adj
//   in the container's root     apply_rlimits, apply_attributes, capabilities::apply_bounding,
//                               give_streams, apply_identity, console::apply_default_signals,
//                               capabilities::apply_capabilities, apply_no_new_privileges,
//                               apply_exec
//
// apply_identity() enters the working directory twice if need be: with the runtime's privileges
// first, and with the user's where those don't reach (a home on a network file system). Either way
// getcwd must then name an absolute path: "(unreachable)/..." means that the directory lies outside
// the container's root, reached through a descriptor that someone forgot (CVE-2024-21626).
//
// The last step isn't the program itself but the stub (stub/stub.cc), a program of two or three
// kilobytes in a sealed memory file. At the moment of the last execve, /proc/self/exe is the stub's
// and not nosc's: a container whose program is /proc/self/exe, or a script that starts with
// #!/proc/self/exe, gets to see the stub, never the host's file (CVE-2019-5736). The stub tries the
// candidates for the program in order, as execvp would, and reports failure as one record.
//
// Where the kernel allows it, the stub is called in nosc's own process (stub/in_place.h). Else it
// is executed, and what it runs with is prepared while planning, as one array of strings:
//   [0] control word   a seccomp filter, if the stub is to load one   a label, if there is one
//   n candidate paths   the program's own arguments
// so that nothing is left to do between clone and exec but to write the numbers into the control
// word (stub/control.h).

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/namespaces/namespaces.h"
#include "engine/process/attributes.h"
#include "engine/process/stub/in_place.h"
#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/rt/failure.h"
#include "engine/rt/place.h"
#include "engine/spec/config.h"
#include "syscalls/processes.h"
#include "syscalls/sys/fd.h"
#include "syscalls/sys/ids.h"
#include "syscalls/types.h"

namespace nosc::process {

// One entry of `process.rlimits`, in the listed order.
struct RlimitRecord {
  sys::Resource resource{};
  uint64_t soft = 0;
  uint64_t hard = 0;
};

// What happens to the supplementary groups.
enum class GroupChange : uint8_t {
  kSet,
  kSetIfAllowed,  // the caller's or a joined user namespace may deny it: none is done without
  kKeep,          // denied by the container's own user namespace
};

struct IdentityRecord {
  sys::Uid uid{};
  sys::Gid gid{};
  std::span<const sys::Gid> groups;
  GroupChange group_change = GroupChange::kSet;
  sys::Mode umask{};
  const char* working_directory = "/";
};

// oom_score_adj as the text that the kernel takes; empty: left as it is.
struct OomRecord {
  std::string_view text;
};

struct ExecRecord {
  char** stub_argv = nullptr;  // see the top of this file; null-terminated
  bool has_label = false;
  uint32_t candidate_count = 0;
  uint32_t filter_count = 0;  // instructions of the seccomp filter that the stub loads; 0: none
  uint32_t filter_flags = 0;
  char** envp = nullptr;  // null-terminated
  // The entry of envp that holds the default HOME=/, where `env` has no HOME; null otherwise.
  char** home = nullptr;
};

struct ProcessPlan {
  std::span<const RlimitRecord> rlimits;
  IdentityRecord identity;
  OomRecord oom;
  bool no_new_privileges = false;
  AttributeRecord attributes;
  LabelRecord label;
  AffinityRecord affinity;  // of exec alone
  uint32_t kept_fds = 0;    // descriptors of the caller's, from 3 on, that the program gets
  ExecRecord exec;
};

// The resource of a name ("RLIMIT_NOFILE").
std::optional<sys::Resource> rlimit_resource(std::string_view name);

// What the process depends on beside its own part of the configuration.
struct ProcessContext {
  namespaces::Setgroups setgroups = namespaces::Setgroups::kAllow;
  LabelRecord label = {};
  // The caller's descriptors from 3 on: those that the program is told of in LISTEN_FDS come first.
  uint32_t listen_fds = 0;
  uint32_t preserved_fds = 0;
  bool keeps_groups = false;  // the caller's, in place of additionalGids
};

// Prepares the process, but for its attributes (plan_attributes()).
// Errors: unknown limits, soft above hard, groups where setgroups is denied, no program.
ProcessPlan plan_process(const spec::Process& process, const ProcessContext& context, Arena& arena);

// Makes the stub load a seccomp filter. After plan_process().
void add_filter(ExecRecord& exec, std::span<const sys::SockFilter> program, sys::SeccompFlags flags,
                Arena& arena);

// The first of the candidates in stub_argv.
inline char** candidates_of(const ExecRecord& exec) {
  return exec.stub_argv + 1 + (exec.filter_count == 0 ? 0 : 1) + (exec.has_label ? 1 : 0);
}

// Looks up the user's home directory in the container's /etc/passwd and puts it into the
// environment, if that has no HOME. In the parent, before clone.
// Shape: `rootfs` is the container's root directory. A user without an entry keeps HOME=/.
void complete_home(ProcessPlan& plan, sys::BorrowedFd rootfs, Arena& arena);

// The home directory in one line of passwd(5), if the line is that user's; empty otherwise.
std::string_view home_in_passwd_line(std::string_view line, uint32_t uid);

// Writes oom_score_adj of the calling process. `proc` is rt::open_proc()'s.
void apply_oom_score_adj(const OomRecord& record, sys::BorrowedFd proc);

// Writes that of another process, by the host's /proc, while the caller may lower it: that takes
// the machine's CAP_SYS_RESOURCE. What can't be done here fails where it is set. Source: proc(5).
void lower_oom_score_adj(const OomRecord& record, sys::Pid pid);

// Whether the program waits for its start, which takes a descriptor.
enum class Waits : uint8_t { kNot, kForStart };

// Sets the resource limits; the failing entry's index is its index in `process.rlimits`.
void apply_rlimits(std::span<const RlimitRecord> records, Waits waits);

// Raises a process's hard limits as far as the plan will want it: that takes the machine's
// CAP_SYS_RESOURCE, which a user namespace hasn't. What can't be done here fails where it is set.
// Source: getrlimit(2).
void raise_hard_limits(std::span<const RlimitRecord> records, sys::Pid pid);

// Gives the standard streams that are pipes to the user, and the files that output goes to:
// /dev/stdout opens them anew, and what the caller made may let nobody else in. A device belongs to
// everybody (CVE-2026-88265), and a file that is read to whoever wrote it. The host's null device
// gives way to the container's, for root inside could change the mode and the owner that it has for
// everybody. What can't be given stays as it is. Pre: in the container's root.
void give_streams(const IdentityRecord& record);

// Sets umask, groups and ids and enters the working directory.
void apply_identity(const IdentityRecord& record);

void apply_no_new_privileges();

// Makes every descriptor from 3 on close at exec, those of the caller included (CVE-2024-21626),
// but for the first `kept` of them, which must be the caller's. In the parent, before any
// descriptor is opened that a child is meant to inherit. Pre: /proc is the host's.
void close_descriptors_on_exec(uint32_t kept = 0);

// Puts the stub into a sealed memory file. In the parent, before clone.
sys::Fd open_stub();

// Makes an empty memory file for a program. When it is written, `seal_program` makes it one that
// can be executed and never be changed.
sys::Fd make_program();
void seal_program(sys::BorrowedFd file);

// The descriptors that the last step needs.
struct ExecDescriptors {
  sys::BorrowedFd stub;
  // Where failure is reported. Unless the stub waits, it is left open for it.
  sys::BorrowedFd failure;
  // The socket on which the stub waits for the start (stub/await_start.h); -1: it doesn't.
  sys::BorrowedFd start = sys::BorrowedFd::from_raw(-1);
  // open_label_directory()'s, left open for the stub, which closes it; none without a label.
  sys::BorrowedFd attributes = sys::BorrowedFd::from_raw(-1);
  // /proc/self/fd of the host (open_descriptor_directory()), or none: only where execveat may be
  // missing, which is an emulator's case; Linux has it since 3.19.
  sys::BorrowedFd descriptor_directory = sys::BorrowedFd::from_raw(-1);
  // A filter is loaded, which may not let execveat through, and may kill for it.
  bool is_filtered = false;
  bool may_try_execveat = true;
  // The present directory (open_working_directory()) where a filter is loaded, or none: the
  // program's user may not look into the directory that it starts in.
  sys::BorrowedFd working_directory = sys::BorrowedFd::from_raw(-1);
};

sys::Result<sys::Fd> open_working_directory();

// Opens the directory of the calling process's descriptors. In the child. Pre: /proc is the host's.
sys::Result<sys::Fd> open_descriptor_directory();

// Makes sure that there is a program, where it is going to be executed later: so the failure is
// told to the one who still has the container to set up. In the child.
void check_program(const ExecRecord& record);

// Whose rights the stub is going to be mapped with.
enum class Rights : uint8_t {
  kOwn,
  kNamespaces,  // those of a user namespace that is joined first
};

// Whether map_stub() is going to succeed in a child of the calling process.
bool can_map_stub(const ExecRecord& record, sys::BorrowedFd stub, Rights rights);

// Maps the stub where it can be called (stub/in_place.h). Returns whether it can: the kernel has to
// let the calling process leave nosc's file, and what the program gets must not lie in there.
// Otherwise nothing has changed that matters, and apply_exec() has to be taken.
bool map_stub(const ExecRecord& record, sys::BorrowedFd stub);

// Calls the stub in the calling process, which goes on as the program: `stage` says what is to be
// set before, and this fills in the rest. Never returns.
// Pre: map_stub(), and the stub doesn't wait. What `stage` points to doesn't lie in nosc's file.
void enter_stub(const ExecRecord& record, const ExecDescriptors& descriptors, InPlace& stage);

// Executes the stub. Returns only on failure.
[[noreturn]] void apply_exec(const ExecRecord& record, const ExecDescriptors& descriptors);

}  // namespace nosc::process
