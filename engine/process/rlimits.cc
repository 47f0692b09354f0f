// SPDX-License-Identifier: Apache-2.0
#include "engine/process/process.h"
#include "syscalls/sys.h"

namespace nosc::process {
namespace {

struct Name {
  char text[11];  // without "RLIMIT_"
  sys::Resource resource;
};

constexpr Name kNames[] = {
    {"AS", sys::kRLIMIT_AS},
    {"CORE", sys::kRLIMIT_CORE},
    {"CPU", sys::kRLIMIT_CPU},
    {"DATA", sys::kRLIMIT_DATA},
    {"FSIZE", sys::kRLIMIT_FSIZE},
    {"LOCKS", sys::kRLIMIT_LOCKS},
    {"MEMLOCK", sys::kRLIMIT_MEMLOCK},
    {"MSGQUEUE", sys::kRLIMIT_MSGQUEUE},
    {"NICE", sys::kRLIMIT_NICE},
    {"NOFILE", sys::kRLIMIT_NOFILE},
    {"NPROC", sys::kRLIMIT_NPROC},
    {"RSS", sys::kRLIMIT_RSS},
    {"RTPRIO", sys::kRLIMIT_RTPRIO},
    {"RTTIME", sys::kRLIMIT_RTTIME},
    {"SIGPENDING", sys::kRLIMIT_SIGPENDING},
    {"STACK", sys::kRLIMIT_STACK},
};

}  // namespace

std::optional<sys::Resource> rlimit_resource(std::string_view name) {
  constexpr std::string_view kPrefix = "RLIMIT_";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  for (const Name& known : kNames) {
    if (name == known.text) return known.resource;
  }
  return std::nullopt;
}

Failure apply_rlimits(std::span<const RlimitRecord> records) {
  for (size_t i = 0; i < records.size(); ++i) {
    const RlimitRecord& record = records[i];
    const sys::Rlimit64 limit{.cur = record.soft, .max = record.hard};
    const auto result = sys::prlimit64(sys::Pid{0}, record.resource, &limit);
    if (!result) {
      return fail(Step::kRlimit, Operation::kSet, result.error(), static_cast<uint32_t>(i));
    }
  }
  return {};
}

}  // namespace nosc::process
