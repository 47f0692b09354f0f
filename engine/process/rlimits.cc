// SPDX-License-Identifier: Apache-2.0
#include "engine/host/name_table.h"
#include "engine/process/process.h"
#include "engine/rt/step.h"
#include "syscalls/processes.h"

namespace nosc::process {
namespace {

constexpr host::NameRow<sys::Resource> kRows[] = {
    {sys::kRLIMIT_AS, "AS"},
    {sys::kRLIMIT_CORE, "CORE"},
    {sys::kRLIMIT_CPU, "CPU"},
    {sys::kRLIMIT_DATA, "DATA"},
    {sys::kRLIMIT_FSIZE, "FSIZE"},
    {sys::kRLIMIT_LOCKS, "LOCKS"},
    {sys::kRLIMIT_MEMLOCK, "MEMLOCK"},
    {sys::kRLIMIT_MSGQUEUE, "MSGQUEUE"},
    {sys::kRLIMIT_NICE, "NICE"},
    {sys::kRLIMIT_NOFILE, "NOFILE"},
    {sys::kRLIMIT_NPROC, "NPROC"},
    {sys::kRLIMIT_RSS, "RSS"},
    {sys::kRLIMIT_RTPRIO, "RTPRIO"},
    {sys::kRLIMIT_RTTIME, "RTTIME"},
    {sys::kRLIMIT_SIGPENDING, "SIGPENDING"},
    {sys::kRLIMIT_STACK, "STACK"},
};

// How many a program has that waits for its start: the standard streams and the connection.
constexpr uint64_t kDescriptorsOfWaiting = 4;

constexpr auto kPacked = host::pack_names<host::packed_bytes(kRows)>(kRows);

}  // namespace

std::optional<sys::Resource> rlimit_resource(std::string_view name) {
  const int number = host::find_number(kPacked, "RLIMIT_", name);
  if (number < 0) return std::nullopt;
  return static_cast<sys::Resource>(number);
}

void apply_rlimits(std::span<const RlimitRecord> records, Waits waits) {
  for (size_t i = 0; i < records.size(); ++i) {
    begin_step(Step::kRlimit, i);
    const RlimitRecord& record = records[i];
    const sys::Rlimit64 limit{.cur = record.soft, .max = record.hard};
    if (record.resource == sys::kRLIMIT_NOFILE && waits == Waits::kForStart &&
        limit.cur < kDescriptorsOfWaiting) {
      fail_step(Operation::kSet, sys::kEMFILE);
    }
    or_fail(sys::prlimit64(sys::Pid{0}, record.resource, &limit), Operation::kSet);
  }
}

void raise_hard_limits(std::span<const RlimitRecord> records, sys::Pid pid) {
  for (const RlimitRecord& record : records) {
    sys::Rlimit64 limit{};
    if (!sys::prlimit64(pid, record.resource, nullptr, &limit) || record.hard <= limit.max) {
      continue;
    }
    limit.max = record.hard;
    (void)sys::prlimit64(pid, record.resource, &limit);
  }
}

}  // namespace nosc::process
