// SPDX-License-Identifier: Apache-2.0
//
// What `linux.resources` becomes: one write for each limit, in the words of the version that has
// its controller. What one version has no word for is an error, never left out.
//
// Over 400 lines, because its parts share one private class, the plan that they all add to.

#include <cstddef>

#include "engine/cgroups/cgroups.h"
#include "engine/cgroups/shares.h"

namespace nosc::cgroups {
namespace {

constexpr char kPointer[] = "/linux/resources";
constexpr uint8_t kNoHierarchy = UINT8_MAX;

// How a number of the configuration becomes the text of a file.
enum class Rule : uint8_t {
  kNumber,      // as it is, but "max" for -1 in version 2
  kUnlessZero,  // the same; zero is what clients write for nothing
  kHierarchy,   // true is all that version 2 knows
  kSwap,        // version 2 counts without the memory
  kShares,      // version 2 has weights, and none in an idle group
  kPeriod,      // version 2 has it in one file with the quota
  kQuota,
};

struct Row {
  char name[24];  // below kPointer
  char v1[31];
  char v2[16];  // empty: there is none
  Controller controller;
  Rule rule;
  uint16_t offset;  // of a Limit in spec::Resources
};

#define ROW(name, v1, v2, controller, rule, member) \
  {name, v1, v2, Controller::controller, Rule::rule, offsetof(spec::Resources, member)}

// In the order of writing: an idle group takes no shares.
constexpr Row kRows[] = {
    ROW("memory/limit", "memory.limit_in_bytes", "memory.max", kMemory, kUnlessZero, memory.limit),
    ROW("memory/swap", "memory.memsw.limit_in_bytes", "memory.swap.max", kMemory, kSwap,
        memory.swap),
    ROW("memory/reservation", "memory.soft_limit_in_bytes", "memory.low", kMemory, kUnlessZero,
        memory.reservation),
    ROW("memory/kernel", "memory.kmem.limit_in_bytes", "", kMemory, kUnlessZero, memory.kernel),
    ROW("memory/kernelTCP", "memory.kmem.tcp.limit_in_bytes", "", kMemory, kUnlessZero,
        memory.kernel_tcp),
    ROW("memory/swappiness", "memory.swappiness", "", kMemory, kNumber, memory.swappiness),
    ROW("memory/disableOOMKiller", "memory.oom_control", "", kMemory, kUnlessZero,
        memory.disable_oom_killer),
    ROW("memory/useHierarchy", "memory.use_hierarchy", "", kMemory, kHierarchy,
        memory.use_hierarchy),
    ROW("cpu/idle", "cpu.idle", "cpu.idle", kCpu, kNumber, cpu.idle),
    ROW("cpu/shares", "cpu.shares", "cpu.weight", kCpu, kShares, cpu.shares),
    ROW("cpu/period", "cpu.cfs_period_us", "cpu.max", kCpu, kPeriod, cpu.period),
    ROW("cpu/quota", "cpu.cfs_quota_us", "cpu.max", kCpu, kQuota, cpu.quota),
    ROW("cpu/burst", "cpu.cfs_burst_us", "cpu.max.burst", kCpu, kNumber, cpu.burst),
    ROW("cpu/realtimePeriod", "cpu.rt_period_us", "", kCpu, kUnlessZero, cpu.realtime_period),
    ROW("cpu/realtimeRuntime", "cpu.rt_runtime_us", "", kCpu, kUnlessZero, cpu.realtime_runtime),
    ROW("pids/limit", "pids.max", "pids.max", kPids, kNumber, pids.limit),
    ROW("blockIO/leafWeight", "blkio.leaf_weight", "", kIo, kUnlessZero, block_io.leaf_weight),
    ROW("network/classID", "net_cls.classid", "", kNetCls, kUnlessZero, network.class_id),
};

struct ThrottleRow {
  char name[32];
  char v1[34];
  char v2[8];
  std::span<const spec::ThrottleDevice> spec::BlockIo::* devices;
};

constexpr ThrottleRow kThrottles[] = {
    {"blockIO/throttleReadBpsDevice", "blkio.throttle.read_bps_device",
     " rbps=", &spec::BlockIo::read_bps},
    {"blockIO/throttleWriteBpsDevice", "blkio.throttle.write_bps_device",
     " wbps=", &spec::BlockIo::write_bps},
    {"blockIO/throttleReadIOPSDevice", "blkio.throttle.read_iops_device",
     " riops=", &spec::BlockIo::read_iops},
    {"blockIO/throttleWriteIOPSDevice", "blkio.throttle.write_iops_device",
     " wiops=", &spec::BlockIo::write_iops},
};

[[noreturn]] void refuse(const Place& place, const char* text) {
  fail({.code = ErrorCode::kUnsupported, .place = place, .text = text});
}

Place place_of(const char* name, int64_t index = -1) {
  return {kPointer, -1, name, static_cast<int32_t>(index)};
}

int64_t value_or_zero(const spec::Limit& limit) { return limit ? *limit : 0; }

// The weight of cgroup2's own scheduler for one from 10 to 1000.
int64_t io_weight(int64_t weight) {
  return 1 + static_cast<int64_t>(static_cast<uint32_t>(weight - 10) * 9999U / 990U);
}

// Makes the records. Text goes to a buffer of the arena's, each followed by a NUL.
class Planner {
 public:
  Planner(const spec::Resources& resources, CgroupPlan& plan, Arena& arena)
      : resources_(resources), plan_(plan), arena_(arena) {}

  void plan(size_t device_count);
  void devices(std::span<const spec::Device> made);
  void finish() { plan_.writes = plan_.writes.first(count_); }

 private:
  struct Home {
    uint8_t hierarchy;
    bool v2;
  };

  Home home_of(Controller controller, const Place& place);
  Home home_or_none(Controller controller) const;
  void add(Home home, const char* file, std::string_view value, const Place& place,
           WriteKind kind = WriteKind::kValue);
  std::string_view number(int64_t value, Home home, std::string_view before = {},
                          std::string_view behind = {});
  const char* joined(std::string_view first, std::string_view second, std::string_view third);
  void row(const Row& row);
  void swap(const Row& row, Home home, const Place& place);
  void text(std::string_view value, const char* name, const char* file);
  void io_weights(Home home, const Place& place, std::string_view device, int64_t weight);
  void block_io();
  void hugepages();
  void network();
  void rdma();
  void unified();
  std::string_view device_number(uint32_t major, uint32_t minor);
  size_t limit_count() const;

  const spec::Resources& resources_;
  CgroupPlan& plan_;
  Arena& arena_;
  size_t count_ = 0;
};

Planner::Home Planner::home_or_none(Controller controller) const {
  bool cgroup2 = false;
  for (size_t i = 0; i < plan_.hierarchies.size(); ++i) {
    if (plan_.hierarchies[i].controllers.has(controller)) return {static_cast<uint8_t>(i), false};
    cgroup2 |= plan_.hierarchies[i].is_cgroup2();
  }
  return {cgroup2 ? uint8_t{0} : kNoHierarchy, true};
}

Planner::Home Planner::home_of(Controller controller, const Place& place) {
  const Home home = home_or_none(controller);
  if (home.hierarchy == kNoHierarchy) refuse(place, "no cgroup hierarchy here has its controller");
  if (home.v2) plan_.needed.add(controller);
  return home;
}

void Planner::add(Home home, const char* file, std::string_view value, const Place& place,
                  WriteKind kind) {
  plan_.writes[count_++] = {
      .kind = kind, .hierarchy = home.hierarchy, .file = file, .value = value, .place = place};
}

// A number between two texts.
std::string_view Planner::number(int64_t value, Home home, std::string_view before,
                                 std::string_view behind) {
  const auto buffer = arena_.array<char>(before.size() + behind.size() + 22);
  Writer writer(buffer);
  writer.text(before);
  if (home.v2 && value == -1) {
    writer.text("max");
  } else {
    writer.signed_decimal(value);
  }
  return writer.text(behind).view();
}

const char* Planner::joined(std::string_view first, std::string_view second,
                            std::string_view third) {
  const auto buffer = arena_.array<char>(first.size() + second.size() + third.size() + 1);
  Writer(buffer).text(first).text(second).text(third);
  return buffer.data();
}

std::string_view Planner::device_number(uint32_t major, uint32_t minor) {
  BufferWriter<24> writer;
  writer.decimal(major).character(':').decimal(minor);
  return arena_.copy_string(writer.view());
}

// Source: the rules that opencontainers/cgroups has for it (ConvertMemorySwapToCgroupV2Value).
void Planner::swap(const Row& row, Home home, const Place& place) {
  const int64_t limit = value_or_zero(resources_.memory.limit);
  int64_t value = value_or_zero(resources_.memory.swap);
  auto kind = WriteKind::kValue;
  if (value == 0) {
    if (limit != -1) return;
    value = -1;  // unlimited memory means unlimited swap
  }
  if (value > 0 && limit > 0 && value < limit) fail_invalid(place, "less than the memory's limit");
  if (home.v2 && value > 0 && limit != -1) {
    if (limit == 0) fail_invalid(place, "needs a limit of the memory");
    value -= limit;
  }
  // A kernel without swap has no file for it, and nothing to limit.
  if (value == -1 || (home.v2 && value == 0)) kind = WriteKind::kOptional;
  add(home, home.v2 ? row.v2 : row.v1, number(value, home), place, kind);
}

void Planner::row(const Row& row) {
  const auto* const base = reinterpret_cast<const char*>(&resources_);
  const auto& limit = *reinterpret_cast<const spec::Limit*>(base + row.offset);
  const Place place = place_of(row.name);
  const bool of_swap = row.rule == Rule::kSwap && value_or_zero(resources_.memory.limit) == -1;
  if (!limit && !of_swap) return;
  int64_t value = value_or_zero(limit);
  const bool zero_counts = row.rule == Rule::kNumber || row.rule == Rule::kHierarchy || of_swap;
  if (value == 0 && !zero_counts) return;
  const Home home = home_of(row.controller, place);
  std::string_view behind;
  if (home.v2 && row.v2[0] == '\0') {
    if (row.rule == Rule::kHierarchy && value == 1) return;
    if (row.rule == Rule::kUnlessZero && value == -1) return;
    refuse(place, "cgroup v2 has no such limit");
  }
  if (row.rule == Rule::kSwap) return swap(row, home, place);
  if (row.rule == Rule::kShares) {
    if (value_or_zero(resources_.cpu.idle) == 1) return;
    if (home.v2) {
      value = weight_of_shares(static_cast<uint64_t>(value));
    } else if (value < 2 || value > 262144) {
      fail_invalid(place, "must be from 2 to 262144");
    }
  }
  if (row.rule == Rule::kPeriod && home.v2) {
    if (value_or_zero(resources_.cpu.quota) != 0) return;
    return add(home, row.v2, number(value, home, " "), place, WriteKind::kKeepFirstWord);
  }
  if (row.rule == Rule::kQuota) {
    if (value < 0) value = -1;
    const int64_t period = value_or_zero(resources_.cpu.period);
    if (home.v2 && period != 0) behind = number(period, home, " ");
  }
  if (row.offset == offsetof(spec::Resources, memory.limit) &&
      resources_.memory.check_before_update && value > 0) {
    add(home, home.v2 ? "memory.current" : "memory.usage_in_bytes", number(value, home), place,
        WriteKind::kNotBelow);
  }
  if (row.controller == Controller::kPids && value == -1) {
    return add(home, row.v1, "max", place);
  }
  add(home, home.v2 ? row.v2 : row.v1, number(value, home, {}, behind), place);
}

void Planner::text(std::string_view value, const char* name, const char* file) {
  if (value.empty()) return;
  const Place place = place_of(name);
  add(home_of(Controller::kCpuset, place), file, value, place);
}

// A weight of the group, or of one device: it has two files, of which a kernel has one, by the
// scheduler that it was built with.
void Planner::io_weights(Home home, const Place& place, std::string_view device, int64_t weight) {
  if (weight == 0) return;
  const std::string_view before = device.empty() ? "" : joined(device, " ", "");
  const std::string_view value = number(weight, home, before);
  const bool group = device.empty();
  const char* first = group ? "blkio.weight" : "blkio.weight_device";
  const char* second = group ? "blkio.bfq.weight" : "blkio.bfq.weight_device";
  if (home.v2) {
    add(home, "io.bfq.weight", value, place, WriteKind::kElseNext);
    add(home, "io.weight", number(io_weight(weight), home, before), place);
  } else {
    add(home, first, value, place, WriteKind::kElseNext);
    add(home, second, value, place);
  }
}

void Planner::block_io() {
  const spec::BlockIo& io = resources_.block_io;
  if (const int64_t weight = value_or_zero(io.weight); weight != 0) {
    const Place place = place_of("blockIO/weight");
    io_weights(home_of(Controller::kIo, place), place, {}, weight);
  }
  for (size_t i = 0; i < io.weight_device.size(); ++i) {
    const spec::WeightDevice& device = io.weight_device[i];
    const Place place = place_of("blockIO/weightDevice", static_cast<int64_t>(i));
    const Home home = home_of(Controller::kIo, place);
    const std::string_view name = device_number(device.major, device.minor);
    io_weights(home, place, name, value_or_zero(device.weight));
    if (const int64_t leaf = value_or_zero(device.leaf_weight); leaf != 0) {
      if (home.v2) refuse(place, "cgroup v2 has no such limit");
      add(home, "blkio.leaf_weight_device", number(leaf, home, joined(name, " ", "")), place);
    }
  }
  for (const ThrottleRow& row : kThrottles) {
    const auto devices = io.*row.devices;
    for (size_t i = 0; i < devices.size(); ++i) {
      const Place place = place_of(row.name, static_cast<int64_t>(i));
      const Home home = home_of(Controller::kIo, place);
      const std::string_view name = device_number(devices[i].major, devices[i].minor);
      int64_t rate = value_or_zero(devices[i].rate);
      if (home.v2 && rate == 0) rate = -1;  // zero takes version 1's limit away
      const char* before = joined(name, home.v2 ? row.v2 : " ", "");
      add(home, home.v2 ? "io.max" : row.v1, number(rate, home, before), place);
    }
  }
}

void Planner::hugepages() {
  for (size_t i = 0; i < resources_.hugepage_limits.size(); ++i) {
    const spec::HugepageLimit& limit = resources_.hugepage_limits[i];
    const Place place{"/linux/resources/hugepageLimits", static_cast<int32_t>(i)};
    if (limit.page_size.find('/') != limit.page_size.npos) {
      fail_invalid(place, "isn't a page size", limit.page_size);
    }
    const Home home = home_of(Controller::kHugetlb, place);
    const std::string_view value = number(value_or_zero(limit.limit), home);
    const std::string_view end = home.v2 ? "max" : "limit_in_bytes";
    const std::string_view size = joined("hugetlb.", limit.page_size, ".");
    add(home, joined(size, "", end), value, place);
    // What is reserved is limited too, where the kernel knows it (5.7).
    add(home, joined(size, "rsvd.", end), value, place, WriteKind::kOptional);
  }
}

void Planner::network() {
  for (size_t i = 0; i < resources_.network.priorities.size(); ++i) {
    const spec::InterfacePriority& entry = resources_.network.priorities[i];
    const Place place{"/linux/resources/network/priorities", static_cast<int32_t>(i)};
    const Home home = home_of(Controller::kNetPrio, place);
    if (home.v2) refuse(place, "cgroup v2 has no such limit");
    add(home, "net_prio.ifpriomap", number(entry.priority, home, joined(entry.name, " ", "")),
        place);
  }
}

void Planner::rdma() {
  for (const spec::Rdma& entry : resources_.rdma) {
    const Place place{"/linux/resources/rdma", -1, entry.device.data()};
    const Home home = home_of(Controller::kRdma, place);
    std::string_view value = entry.device;
    if (entry.hca_handles) {
      value = number(*entry.hca_handles, home, joined(value, " hca_handle=", ""));
    }
    if (entry.hca_objects) {
      value = number(*entry.hca_objects, home, joined(value, " hca_object=", ""));
    }
    add(home, "rdma.max", value, place);
  }
}

void Planner::unified() {
  for (const spec::KeyValue& entry : resources_.unified) {
    const Place place{"/linux/resources/unified", -1, entry.key.data()};
    if (entry.key.empty() || entry.key.find('/') != entry.key.npos) {
      fail_invalid({"/linux/resources/unified"}, "isn't the name of a cgroup file", entry.key);
    }
    if (plan_.hierarchies.empty() || !plan_.hierarchies[0].is_cgroup2()) {
      refuse(place, "needs the cgroup2 hierarchy");
    }
    // The set-up would stand still in there for ever; and who is in there is the runtime's to say.
    if (entry.key == "cgroup.freeze" || entry.key == "cgroup.procs") {
      fail_invalid(place, "is no limit");
    }
    const Controller controller = host::controller_of(entry.key.substr(0, entry.key.find('.')));
    if (controller != Controller::kOther) plan_.needed.add(controller);
    add({0, true}, entry.key.data(), entry.value, place);
  }
}

void Planner::devices(std::span<const spec::Device> made) {
  const auto rules = plan_devices(resources_.devices, made, arena_);
  plan_.devices = {.rules = rules, .program = {}};
  const Home home = home_or_none(Controller::kDevices);
  if (home.hierarchy == kNoHierarchy) return;
  if (home.v2) {
    plan_.devices.program = compile_devices(rules, arena_);
    return;
  }
  const Place place = place_of("devices");
  if (find_impossible(rules) != rules.size()) {
    refuse(place, "cgroup v1 can't take back a part of what another rule says");
  }
  // A cgroup of version 1 may have no more than the one above it: what isn't configured is given
  // where it can be.
  for (const DeviceRecord& rule : rules) {
    const WriteKind kind = rule.is_default ? WriteKind::kDefaultDevice : WriteKind::kDevice;
    const bool both = rule.type == 'a' && &rule != rules.data();
    for (const char type : {both ? 'b' : rule.type, 'c'}) {
      BufferWriter<64> line;
      write_rule(rule, type, line);
      add(home, rule.allow ? "devices.allow" : "devices.deny", arena_.copy_string(line.view()),
          place, kind);
      if (!both) break;
    }
  }
}

// At most as many writes as this come of the resources.
size_t Planner::limit_count() const {
  const spec::BlockIo& io = resources_.block_io;
  size_t count = std::size(kRows) + 5 + 3 * io.weight_device.size() +
                 2 * resources_.hugepage_limits.size() + resources_.network.priorities.size() +
                 resources_.rdma.size() + resources_.unified.size();
  for (const ThrottleRow& row : kThrottles) count += (io.*row.devices).size();
  return count;
}

void Planner::plan(size_t device_count) {
  // A rule for both types is two writes.
  const size_t rule_writes = 2 * (kMaximumAddedRules + device_count + resources_.devices.size());
  plan_.writes = arena_.array<WriteRecord>(limit_count() + rule_writes);
  for (const Row& entry : kRows) row(entry);
  text(resources_.cpu.cpus, "cpu/cpus", "cpuset.cpus");
  text(resources_.cpu.mems, "cpu/mems", "cpuset.mems");
  block_io();
  hugepages();
  network();
  rdma();
  unified();
}

}  // namespace

void plan_resources(const spec::Resources& resources, const std::span<const spec::Device>* made,
                    CgroupPlan& plan, Arena& arena) {
  Planner planner(resources, plan, arena);
  planner.plan(made != nullptr ? made->size() : 0);
  if (made != nullptr) {
    planner.devices(*made);
  } else if (!resources.devices.empty()) {
    planner.devices({});
  }
  planner.finish();
}

}  // namespace nosc::cgroups
