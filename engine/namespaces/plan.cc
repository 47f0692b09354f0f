// SPDX-License-Identifier: Apache-2.0
#include "engine/namespaces/namespaces.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc::namespaces {
namespace {

using spec::NamespaceType;

constexpr sys::NamespaceFlags kFlags[spec::kNamespaceTypeCount] = {
    sys::kCLONE_NEWPID, sys::kCLONE_NEWNET,  sys::kCLONE_NEWNS,     sys::kCLONE_NEWIPC,
    sys::kCLONE_NEWUTS, sys::kCLONE_NEWUSER, sys::kCLONE_NEWCGROUP, sys::kCLONE_NEWTIME,
};

// The order of joins for anybody but root, who skips the first user entry and takes the last.
constexpr NamespaceType kJoinOrder[] = {
    NamespaceType::kUser, NamespaceType::kNetwork, NamespaceType::kIpc,
    NamespaceType::kUts,  NamespaceType::kCgroup,  NamespaceType::kTime,
    NamespaceType::kPid,  NamespaceType::kMount,   NamespaceType::kUser,
};

bool has_capability(const HostFacts& facts, sys::CapabilityNumber capability) {
  return (facts.permitted_capabilities >> static_cast<unsigned>(capability) & 1) != 0;
}

void plan_joins(const spec::Linux& linux, const HostFacts& facts, NamespacePlan& plan,
                Arena& arena) {
  if (plan.joined.empty()) return;
  const auto joins = arena.array<JoinRecord>(linux.namespaces.size());
  const bool user_last = has_capability(facts, sys::kCAP_SYS_ADMIN);
  const std::span order =
      std::span(kJoinOrder).subspan(user_last ? 1 : 0, std::size(kJoinOrder) - 1);
  size_t count = 0;
  for (const NamespaceType type : order) {
    for (size_t i = 0; i < linux.namespaces.size(); ++i) {
      const spec::Namespace& entry = linux.namespaces[i];
      if (entry.type != type || entry.path.empty()) continue;
      joins[count++] = {.path = entry.path.data(),
                        .type = clone_flag(type),
                        .place = {"/linux/namespaces", static_cast<int32_t>(i), "path"}};
    }
  }
  plan.joins = joins.first(count);
}

// One kind of id: what the user and the group map have not in common.
struct MapKind {
  Place place;
  const char* helper;
  uint32_t own_id;
  bool privileged;  // the caller may map any id
};

void check_extents(const MapKind& kind, std::span<const spec::IdMapping> extents) {
  constexpr uint64_t kIdCount = uint64_t{1} << 32;
  Place place = kind.place;
  for (const spec::IdMapping& extent : extents) {
    ++place.index;
    if (extent.size == 0) fail_invalid(place, "an empty range");
    if (uint64_t{extent.container_id} + extent.size > kIdCount ||
        uint64_t{extent.host_id} + extent.size > kIdCount) {
      fail_invalid(place, "the range ends above the largest id");
    }
  }
}

// The helper's arguments are the same numbers as the kernel's text, each a string of its own.
const char** helper_arguments(const MapKind& kind, std::string_view text, size_t extents,
                              Arena& arena) {
  const auto argv = arena.array<const char*>(2 + 3 * extents + 1);
  const auto strings = arena.array<char>(text.size());
  argv[0] = kind.helper;
  size_t argument = 2;
  bool starts = true;
  for (size_t i = 0; i < text.size(); ++i) {
    if (starts) argv[argument++] = &strings[i];
    starts = text[i] == ' ' || text[i] == '\n';
    strings[i] = starts ? '\0' : text[i];
  }
  return argv.data();
}

IdMap plan_map(const MapKind& kind, std::span<const spec::IdMapping> extents, Arena& arena) {
  check_extents(kind, extents);
  constexpr size_t kExtentBytes = sizeof("4294967295 4294967295 4294967295");
  Writer writer(arena.array<char>(extents.size() * kExtentBytes));
  for (const spec::IdMapping& extent : extents) {
    writer.decimal(extent.container_id).character(' ');
    writer.decimal(extent.host_id).character(' ');
    writer.decimal(extent.size).character('\n');
  }
  IdMap map{.text = writer.view()};
  const bool own_id_alone =
      extents.size() == 1 && extents[0].size == 1 && extents[0].host_id == kind.own_id;
  map.writer = kind.privileged || own_id_alone ? MapWriter::kSelf : MapWriter::kHelper;
  if (map.writer == MapWriter::kHelper) {
    map.helper_argv = helper_arguments(kind, map.text, extents.size(), arena);
  }
  return map;
}

void plan_mappings(const spec::Linux& linux, const HostFacts& facts, NamespacePlan& plan,
                   Arena& arena) {
  const MapKind uids = {
      {"/linux/uidMappings"}, "newuidmap", facts.euid, has_capability(facts, sys::kCAP_SETUID)};
  const MapKind gids = {
      {"/linux/gidMappings"}, "newgidmap", facts.egid, has_capability(facts, sys::kCAP_SETGID)};
  if (plan.joined.has(sys::kCLONE_NEWUSER)) {
    // Its mappings are made already. Callers pass some nevertheless, because runc wants them.
    plan.setgroups = Setgroups::kUnknown;
    return;
  }
  const bool wanted = plan.created.has(sys::kCLONE_NEWUSER);
  for (const MapKind* kind : {&uids, &gids}) {
    const bool given = !(kind == &uids ? linux.uid_mappings : linux.gid_mappings).empty();
    if (given && !wanted) fail_invalid(kind->place, "needs a user namespace");
    if (!given && wanted) fail_invalid(kind->place, "a user namespace needs mappings");
  }
  // Whom capabilities let set groups is refused only by the user namespace that it runs in.
  if (!wanted && gids.privileged) plan.setgroups = Setgroups::kUnknown;
  if (!wanted) return;
  plan.uid_map = plan_map(uids, linux.uid_mappings, arena);
  plan.gid_map = plan_map(gids, linux.gid_mappings, arena);
  if (plan.gid_map.writer == MapWriter::kSelf && !gids.privileged) {
    plan.setgroups = Setgroups::kDeny;
  }
}

void plan_time_offsets(const spec::Linux& linux, NamespacePlan& plan, Arena& arena) {
  constexpr uint32_t kSecond = 1000000000;  // nanoseconds
  constexpr size_t kLineBytes = sizeof("monotonic -9223372036854775808 999999999");
  struct {
    std::string_view name;
    const spec::ClockOffset& offset;
  } const clocks[] = {{"monotonic", linux.time_offsets.monotonic},
                      {"boottime", linux.time_offsets.boottime}};
  Writer text(arena.array<char>(std::size(clocks) * kLineBytes));
  for (const auto& [name, offset] : clocks) {
    if (!offset.present) continue;
    if (offset.nanoseconds >= kSecond) {
      fail_invalid({"/linux/timeOffsets", -1, name.data()}, "nanosecs must be below 1000000000");
    }
    text.text(name).character(' ').signed_decimal(offset.seconds);
    text.character(' ').decimal(offset.nanoseconds).character('\n');
  }
  plan.time_offsets = text.view();
  if (!plan.time_offsets.empty() && !plan.created.has(sys::kCLONE_NEWTIME)) {
    fail_invalid({"/linux/timeOffsets"}, "needs a new time namespace");
  }
}

}  // namespace

sys::NamespaceFlags clone_flag(NamespaceType type) { return kFlags[static_cast<size_t>(type)]; }

NamespacePlan plan_namespaces(const spec::Linux& linux, const HostFacts& facts, Arena& arena) {
  NamespacePlan plan;
  for (const spec::Namespace& entry : linux.namespaces) {
    (entry.path.empty() ? plan.created : plan.joined) |= clone_flag(entry.type);
  }
  plan_joins(linux, facts, plan, arena);
  plan_mappings(linux, facts, plan, arena);
  plan_time_offsets(linux, plan, arena);
  return plan;
}

}  // namespace nosc::namespaces
