// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "engine/cli/cgroup_commands.h"
#include "engine/rt/files.h"
#include "engine/rt/number.h"
#include "engine/spec/parse.h"

namespace nosc::cli {
namespace {

constexpr size_t kLargestResourcesBytes = size_t{4} << 20;

enum class Range : uint8_t {
  kAtLeastZero,
  kUnlimited,  // -1, too
  kWeight,     // 0, or from 10 to 1000
};

// An option for each limit, and where it is in spec::Resources.
struct Row {
  Option option;
  Range range;
  uint16_t offset;
};

#define ROW(option, range, member) {Option::option, Range::range, offsetof(spec::Resources, member)}

constexpr Row kRows[] = {
    ROW(kBlkioWeight, kWeight, block_io.weight),
    ROW(kCpuBurst, kAtLeastZero, cpu.burst),
    ROW(kCpuIdle, kAtLeastZero, cpu.idle),
    ROW(kCpuPeriod, kAtLeastZero, cpu.period),
    ROW(kCpuQuota, kUnlimited, cpu.quota),
    ROW(kCpuRtPeriod, kAtLeastZero, cpu.realtime_period),
    ROW(kCpuRtRuntime, kUnlimited, cpu.realtime_runtime),
    ROW(kCpuShare, kAtLeastZero, cpu.shares),
    ROW(kMemory, kUnlimited, memory.limit),
    ROW(kMemoryReservation, kUnlimited, memory.reservation),
    ROW(kMemorySwap, kUnlimited, memory.swap),
    ROW(kPidsLimit, kUnlimited, pids.limit),
};

// Takes a letter of these, in either case, from the end of a text. Returns its place among them,
// counted from 1; 0: there is none.
size_t take_letter(std::string_view& text, std::string_view letters) {
  if (text.empty()) return 0;
  const size_t place = letters.find(static_cast<char>(text.back() | 0x20)) + 1;
  if (place != 0) text.remove_suffix(1);
  return place;
}

// Takes a unit from behind a number of bytes, as runc has them: k, kb or kib. Returns how many bits
// it stands for.
int take_unit(std::string_view& text) {
  if (take_letter(text, "b") != 0) take_letter(text, "i");
  return static_cast<int>(10 * take_letter(text, "kmgtp"));
}

bool counts_bytes(Option option) {
  return option >= Option::kMemory && option <= Option::kMemorySwap;
}

// A number, -1 for no limit, and of bytes with a unit behind it: 512m, 64MiB.
int64_t parse_limit(const Row& row, std::string_view text) {
  if (row.range == Range::kUnlimited && text == "-1") return -1;
  std::string_view digits = text;
  const int bits = counts_bytes(row.option) ? take_unit(digits) : 0;
  const auto number = parse_decimal(digits, static_cast<uint64_t>(INT64_MAX) >> bits);
  const bool is_weight = row.range != Range::kWeight || spec::is_weight(number.value_or(0));
  if (!number || !is_weight)
    fail({.code = ErrorCode::kUsage, .operation = "is no limit:", .object = text});
  return static_cast<int64_t>(*number << bits);
}

spec::Resources resources_of_options(const CommandLine& line) {
  spec::Resources resources{};
  resources.present = true;
  for (const Row& row : kRows) {
    if (!line.has(row.option)) continue;
    auto* limit = reinterpret_cast<spec::Limit*>(reinterpret_cast<char*>(&resources) + row.offset);
    *limit = parse_limit(row, line.option(row.option));
  }
  if (line.has(Option::kCpusetCpus)) resources.cpu.cpus = line.option(Option::kCpusetCpus);
  if (line.has(Option::kCpusetMems)) resources.cpu.mems = line.option(Option::kCpusetMems);
  return resources;
}

spec::Resources read_resources(const char* path, Arena& arena) {
  const bool from_stdin = std::string_view(path) == "-";
  const auto text = from_stdin ? read_to_end(kStdin, "stdin", kLargestResourcesBytes, arena)
                               : read_file(path, kLargestResourcesBytes, arena);
  return spec::parse_resources(text, from_stdin ? "stdin" : path, arena);
}

}  // namespace

void update(const CommandLine& line, const Environment& environment) {
  Arena& arena = *environment.arena;
  const char* file = line.option(Option::kResources);
  spec::Resources resources =
      file == nullptr ? resources_of_options(line) : read_resources(file, arena);
  // The devices stay as the container has them: callers send everything that they know of it.
  resources.devices = {};
  Target target;
  open_target(line, environment, target);
  target.record.lock();
  cgroups::plan_resources(resources, nullptr, target.cgroup, arena);
  cgroups::apply_update(target.cgroup);
}

}  // namespace nosc::cli
