// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "engine/cli/cgroup_commands.h"
#include "engine/rt/files.h"
#include "engine/rt/number.h"
#include "engine/spec/parse.h"

namespace nosc::cli {
namespace {

constexpr size_t kLargestResourcesBytes = size_t{4} << 20;

// An option for each limit, and where it is in spec::Resources.
struct Row {
  Option option;
  uint16_t offset;
};

#define ROW(option, member) {Option::option, offsetof(spec::Resources, member)}

constexpr Row kRows[] = {
    ROW(kBlkioWeight, block_io.weight),
    ROW(kCpuBurst, cpu.burst),
    ROW(kCpuIdle, cpu.idle),
    ROW(kCpuPeriod, cpu.period),
    ROW(kCpuQuota, cpu.quota),
    ROW(kCpuRtPeriod, cpu.realtime_period),
    ROW(kCpuRtRuntime, cpu.realtime_runtime),
    ROW(kCpuShare, cpu.shares),
    ROW(kMemory, memory.limit),
    ROW(kMemoryReservation, memory.reservation),
    ROW(kMemorySwap, memory.swap),
    ROW(kPidsLimit, pids.limit),
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
int64_t parse_limit(Option option, std::string_view text) {
  if (text == "-1") return -1;
  std::string_view digits = text;
  const int bits = counts_bytes(option) ? take_unit(digits) : 0;
  const auto number = parse_decimal(digits, static_cast<uint64_t>(INT64_MAX) >> bits);
  if (!number) fail({.code = ErrorCode::kUsage, .operation = "is no limit:", .object = text});
  return static_cast<int64_t>(*number << bits);
}

spec::Resources resources_of_options(const CommandLine& line) {
  spec::Resources resources{};
  resources.present = true;
  for (const Row& row : kRows) {
    if (!line.has(row.option)) continue;
    auto* limit = reinterpret_cast<spec::Limit*>(reinterpret_cast<char*>(&resources) + row.offset);
    *limit = parse_limit(row.option, line.option(row.option));
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
