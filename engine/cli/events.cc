// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engine/cli/cgroup_commands.h"
#include "engine/rt/number.h"
#include "engine/rt/split.h"
#include "engine/rt/waiting.h"

// Statistics in the shape that runc prints, so that its readers need no other.
// Source: runc, types/events.go.

namespace nosc::cli {
namespace {

using cgroups::Version;

enum class Shape : uint8_t {
  kNumber,
  kLimit,         // a number, or "max" for none, printed as 0
  kMicroseconds,  // in version 2; printed as nanoseconds, which version 1 has
  kMap,           // lines of a word and a number
  kPressure,
  kDevices,  // io.stat
  kList,     // numbers in one line
  kEntry,    // files of this beginning: limit_in_bytes, usage_in_bytes, max_usage_in_bytes, failcnt
  kEnd,
};

// One value: what is printed before it, and where it is read.
struct Row {
  const char* before;
  Controller controller;
  Shape shape;
  const char* files[2];  // of version 1 and of version 2
  const char* keys[2];   // "": the file's first number
};

constexpr Row kRows[] = {
    {R"({"cpu":{"usage":{"total":)",
     Controller::kCpuacct,
     Shape::kMicroseconds,
     {"cpuacct.usage", "cpu.stat"},
     {"", "usage_usec"}},
    {R"(,"percpu":[)", Controller::kCpuacct, Shape::kList, {"cpuacct.usage_percpu", ""}, {"", ""}},
    {R"(],"kernel":)",
     Controller::kCpuacct,
     Shape::kMicroseconds,
     {"cpuacct.usage_sys", "cpu.stat"},
     {"", "system_usec"}},
    {R"(,"user":)",
     Controller::kCpuacct,
     Shape::kMicroseconds,
     {"cpuacct.usage_user", "cpu.stat"},
     {"", "user_usec"}},
    {R"(},"throttling":{"periods":)",
     Controller::kCpu,
     Shape::kNumber,
     {"cpu.stat", "cpu.stat"},
     {"nr_periods", "nr_periods"}},
    {R"(,"throttledPeriods":)",
     Controller::kCpu,
     Shape::kNumber,
     {"cpu.stat", "cpu.stat"},
     {"nr_throttled", "nr_throttled"}},
    {R"(,"throttledTime":)",
     Controller::kCpu,
     Shape::kMicroseconds,
     {"cpu.stat", "cpu.stat"},
     {"throttled_time", "throttled_usec"}},
    {R"(},"psi":)", Controller::kCpu, Shape::kPressure, {"", "cpu.pressure"}, {"", ""}},
    {R"(},"memory":{"cache":)",
     Controller::kMemory,
     Shape::kNumber,
     {"memory.stat", "memory.stat"},
     {"cache", "file"}},
    {R"(,"usage":{"limit":)",
     Controller::kMemory,
     Shape::kNumber,
     {"memory.limit_in_bytes", "memory.max"},
     {"", ""}},
    {R"(,"usage":)",
     Controller::kMemory,
     Shape::kNumber,
     {"memory.usage_in_bytes", "memory.current"},
     {"", ""}},
    {R"(,"max":)",
     Controller::kMemory,
     Shape::kNumber,
     {"memory.max_usage_in_bytes", "memory.peak"},
     {"", ""}},
    {R"(,"failcnt":)",
     Controller::kMemory,
     Shape::kNumber,
     {"memory.failcnt", "memory.events"},
     {"", "max"}},
    {R"(},"swap":{"limit":)",
     Controller::kMemory,
     Shape::kNumber,
     {"memory.memsw.limit_in_bytes", "memory.swap.max"},
     {"", ""}},
    {R"(,"usage":)",
     Controller::kMemory,
     Shape::kNumber,
     {"memory.memsw.usage_in_bytes", "memory.swap.current"},
     {"", ""}},
    {R"(},"kernel":{"limit":)", Controller::kMemory, Shape::kEntry, {"memory.kmem.", ""}, {"", ""}},
    {R"(},"kernelTCP":{"limit":)",
     Controller::kMemory,
     Shape::kEntry,
     {"memory.kmem.tcp.", ""},
     {"", ""}},
    {R"(},"raw":{)", Controller::kMemory, Shape::kMap, {"memory.stat", "memory.stat"}, {"", ""}},
    {R"(},"psi":)", Controller::kMemory, Shape::kPressure, {"", "memory.pressure"}, {"", ""}},
    {R"(},"pids":{"current":)",
     Controller::kPids,
     Shape::kNumber,
     {"pids.current", "pids.current"},
     {"", ""}},
    {R"(,"limit":)", Controller::kPids, Shape::kLimit, {"pids.max", "pids.max"}, {"", ""}},
    {R"(},"blkio":{"ioServiceBytesRecursive":[)",
     Controller::kIo,
     Shape::kDevices,
     {"", "io.stat"},
     {"bytes=", "bytes="}},
    {R"(],"ioServicedRecursive":[)",
     Controller::kIo,
     Shape::kDevices,
     {"", "io.stat"},
     {"ios=", "ios="}},
    {R"(],"psi":)", Controller::kIo, Shape::kPressure, {"", "io.pressure"}, {"", ""}},
    {R"(},"hugetlb":{},"intel_rdt":{},"network_interfaces":null})",
     Controller::kOther,
     Shape::kEnd,
     {"", ""},
     {"", ""}},
};

void write_map(std::string_view text, Writer& out) {
  bool is_first = true;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string_view word = take_until(line, ' ');
    if (line.empty()) continue;
    if (!is_first) out.character(',');
    is_first = false;
    out.quoted(word).character(':').text(line);
  }
}

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", and a line of "full".
void write_pressure(std::string_view text, Writer& out) {
  out.character('{');
  for (bool is_first = true; !text.empty(); is_first = false) {
    if (!is_first) out.character(',');
    std::string_view line = take_until(text, '\n');
    out.quoted(take_until(line, ' '));
    for (const char* before = ":{"; !line.empty(); before = ",") {
      std::string_view value = take_until(line, ' ');
      out.text(before).quoted(take_until(value, '=')).character(':').text(value);
    }
    out.character('}');
  }
  out.character('}');
}

// The number behind a word anywhere in a line.
uint64_t number_behind(std::string_view line, std::string_view key) {
  const size_t place = line.find(key);
  if (place == line.npos) return 0;
  const std::string_view rest = line.substr(place + key.size());
  return parse_decimal(rest.substr(0, rest.find(' '))).value_or(0);
}

// "8:0 rbytes=1 wbytes=2 rios=3 wios=4 ..."
void write_devices(std::string_view text, std::string_view key, Writer& out) {
  bool is_first = true;
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    const size_t colon = line.find(':');
    const size_t space = line.find(' ');
    if (colon == line.npos || space == line.npos || space < colon) continue;
    for (const char* operation : {"Read", "Write"}) {
      BufferWriter<16> name;
      name.text(operation[0] == 'R' ? " r" : " w").text(key);
      if (!is_first) out.character(',');
      is_first = false;
      out.text(R"({"major":)").text(line.substr(0, colon));
      out.text(R"(,"minor":)").text(line.substr(colon + 1, space - colon - 1));
      out.text(R"(,"op":)").quoted(operation).text(R"(,"value":)");
      out.decimal(number_behind(line, name.view())).character('}');
    }
  }
}

// "12 34 "
void write_list(std::string_view text, Writer& out) {
  std::string_view line = take_until(text, '\n');
  for (const char* before = ""; !line.empty(); before = ",") {
    out.text(before).text(take_until(line, ' '));
  }
}

// What version 1 counts of memory of one kind; of version 2, which has no such kinds, zeros.
void write_entry(const cgroups::CgroupPlan& plan, const Row& row, int v2, Writer& out,
                 Arena& arena) {
  constexpr struct {
    const char* before;
    const char* file;
  } kMembers[] = {{"", "limit_in_bytes"},
                  {R"(,"usage":)", "usage_in_bytes"},
                  {R"(,"max":)", "max_usage_in_bytes"},
                  {R"(,"failcnt":)", "failcnt"}};
  for (const auto& member : kMembers) {
    BufferWriter<48> name;
    name.text(row.files[v2]).text(member.file);
    const auto text = cgroups::read_cgroup_file(plan, row.controller, name.terminated(), arena);
    out.text(member.before).decimal(cgroups::find_number(text, "").value_or(0));
  }
}

void write_row(const cgroups::CgroupPlan& plan, const Row& row, Writer& out, Arena& arena) {
  const Version version = cgroups::version_of(plan, row.controller);
  const int v2 = version == Version::kV1 ? 0 : 1;
  const char* file = row.files[v2];
  std::string_view text;
  if (file[0] != '\0' && row.shape != Shape::kEntry)
    text = cgroups::read_cgroup_file(plan, row.controller, file, arena);
  switch (row.shape) {
    case Shape::kEnd: return;
    case Shape::kList: return write_list(text, out);
    case Shape::kEntry: return write_entry(plan, row, v2, out, arena);
    case Shape::kMap: return write_map(text, out);
    case Shape::kPressure: return write_pressure(text, out);
    case Shape::kDevices: return write_devices(text, row.keys[v2], out);
    case Shape::kLimit:
      if (text.starts_with("max")) text = {};
      break;
    case Shape::kNumber:
    case Shape::kMicroseconds: break;
  }
  const uint64_t scale = row.shape == Shape::kMicroseconds && v2 != 0 ? 1000 : 1;
  out.decimal(cgroups::find_number(text, row.keys[v2]).value_or(0) * scale);
}

void write_event(const Target& target, std::string_view type, Writer& out, Arena& arena) {
  out.text(R"({"type":)").quoted(type).text(R"(,"id":)").quoted(target.record.id());
  if (type == "stats") {
    out.text(R"(,"data":)");
    for (const Row& row : kRows) write_row(target.cgroup, row, out.text(row.before), arena);
  }
  out.text("}\n");
}

void print_event(const Target& target, std::string_view type) {
  Arena arena;  // of this one event alone
  BufferWriter<1024> out(kStdout);
  write_event(target, type, out, arena);
  or_fail(out.flush(), "write", "stdout");
}

// Processes that were killed for want of memory.
uint64_t count_kills(const cgroups::CgroupPlan& plan) {
  Arena arena;
  const bool v1 = cgroups::version_of(plan, Controller::kMemory) == Version::kV1;
  const char* file = v1 ? "memory.oom_control" : "memory.events";
  return cgroups::find_number(cgroups::read_cgroup_file(plan, Controller::kMemory, file, arena),
                              "oom_kill")
      .value_or(0);
}

// A time such as 5s, 500ms or 1m, in milliseconds.
uint32_t parse_interval(std::string_view text) {
  constexpr struct {
    std::string_view unit;
    uint32_t ms;
  } kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
  for (const auto& row : kUnits) {
    if (!text.ends_with(row.unit)) continue;
    const auto count =
        parse_decimal(text.substr(0, text.size() - row.unit.size()), UINT32_MAX / row.ms);
    if (count && *count != 0) return static_cast<uint32_t>(*count) * row.ms;
  }
  fail({.code = ErrorCode::kUsage, .operation = "is no interval:", .object = text});
}

// Prints statistics in intervals, and what happens in between, until the container ends.
void follow(const Target& target, uint32_t interval_ms) {
  constexpr uint32_t kStepMs = 200;  // how late an event may be
  uint64_t kills = count_kills(target.cgroup);
  uint32_t waited_ms = 0;
  while (state::is_alive(target.record.progress().init)) {
    const uint32_t step_ms = std::min(kStepMs, interval_ms - waited_ms);
    rt::sleep_ms(static_cast<int>(step_ms));
    const uint64_t now = count_kills(target.cgroup);
    if (now > kills) print_event(target, "oom");
    kills = now;
    waited_ms += step_ms;
    if (waited_ms < interval_ms) continue;
    waited_ms = 0;
    if (state::is_alive(target.record.progress().init)) print_event(target, "stats");
  }
}

}  // namespace

void events(const CommandLine& line, const Environment& environment) {
  const uint32_t interval_ms = parse_interval(line.option(Option::kInterval, "5s"));
  Target target;
  open_target(line, environment, target);
  if (line.has(Option::kStats)) return print_event(target, "stats");
  follow(target, interval_ms);
}

}  // namespace nosc::cli
