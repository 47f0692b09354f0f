// SPDX-License-Identifier: Apache-2.0
#pragma once

// New namespaces, joined namespaces, and the id mappings of a new user namespace.
//
// Namespaces without a path become flags of one clone. Namespaces with a path are opened by the
// parent, which checks their type, and joined with setns. Joining comes before creating, in the
// process whose child becomes the container's first process, for three reasons: a joined pid
// namespace takes only children; what is created after joining a user namespace belongs to it;
// and a namespace that belongs to the caller can't be joined from inside a new user namespace.
// So a plan with joins needs one process more; without joins one clone3 does it all.
//
// The order of joins follows the privileges that open them. Root opens every namespace with what it
// has, and gives that up by joining a user namespace: user last. Anybody else gets the privileges
// from the user namespace: user first. The mount namespace comes after the other kinds, because it
// takes the host's paths away.
//
// The mappings of a new user namespace are rendered while planning and written by the parent, each
// in one write as the kernel demands. A caller who isn't root may write a map of its own id alone;
// for more, newuidmap and newgidmap are asked, by absolute path and with no environment.
// Source: namespaces(7), user_namespaces(7), setns(2), NS_GET_NSTYPE(2const), newuidmap(1).

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/host/host.h"
#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/rt/failure.h"
#include "engine/rt/place.h"
#include "engine/spec/config.h"
#include "syscalls/namespaces.h"
#include "syscalls/sys/ids.h"

namespace nosc::namespaces {

// Whether a namespace to join may be the caller's own.
enum class Guard : uint8_t { kAny, kNotOwn };

// One namespace to join. `fd` is open_joins()'s; -1 before.
struct JoinRecord {
  const char* path = "";
  sys::NamespaceFlags type{};  // one CLONE_NEW* flag
  int fd = -1;
  Guard guard = Guard::kAny;
  Place place;
};

// Who writes an id map.
enum class MapWriter : uint8_t {
  kNone,    // no new user namespace
  kSelf,    // the parent, into /proc/PID
  kHelper,  // newuidmap or newgidmap
};

// Whether processes of the new user namespace may call setgroups.
enum class Setgroups : uint8_t {
  kAllow,
  kDeny,     // the price of an unprivileged group map
  kUnknown,  // the user namespace that is joined, or that nosc runs in, has settled that already
};

// One id map: as text for the kernel, and as the helper's arguments.
struct IdMap {
  MapWriter writer = MapWriter::kNone;
  std::string_view text;               // "0 1000 1\n" per extent
  const char** helper_argv = nullptr;  // null-terminated; [1] is the child's pid, filled in late
};

struct NamespacePlan {
  sys::NamespaceFlags created{};  // CLONE_NEW* flags of the new namespaces
  sys::NamespaceFlags joined{};
  std::span<JoinRecord> joins;  // in the order in which they are joined
  IdMap uid_map;
  IdMap gid_map;
  Setgroups setgroups = Setgroups::kAllow;
  std::string_view time_offsets;  // of a new time namespace, one line per clock
};

// The CLONE_NEW* flag of a namespace type.
sys::NamespaceFlags clone_flag(spec::NamespaceType type);

// Sorts the namespaces into new and joined ones and renders the mappings.
// Errors: mappings without a user namespace and the reverse, empty and overflowing ranges.
NamespacePlan plan_namespaces(const spec::Linux& linux, const HostFacts& facts, Arena& arena);

// Opens the namespaces to join and checks that each is of its type. In the parent, before clone.
void open_joins(NamespacePlan& plan);

// Closes what open_joins() opened: an open namespace outlives its processes.
void close_joins(NamespacePlan& plan);

// Joins them in order; the failing entry's index is its index in `joins`.
void apply_joins(const NamespacePlan& plan);

// Makes the new time namespace with its offsets and enters it. Those are settled as soon as a
// process is in it, so clone can't make it. In the child. `proc` is rt::open_proc()'s.
void apply_time_namespace(const NamespacePlan& plan, sys::BorrowedFd proc);

// Writes both id maps of the child's new user namespace. In the parent, after clone.
// Pre: the child waits, and hasn't been waited for, so that its pid means no one else.
void apply_mappings(const NamespacePlan& plan, sys::Pid child);

}  // namespace nosc::namespaces
