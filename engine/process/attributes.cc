// SPDX-License-Identifier: Apache-2.0
#include "engine/process/attributes.h"

#include <algorithm>

#include "engine/rt/private_proc.h"
#include "engine/rt/step.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc::process {
namespace {

static_assert(static_cast<uint32_t>(sys::kSCHED_DEADLINE) ==
              static_cast<uint32_t>(spec::SchedulerPolicy::kDeadline));
static_assert(sys::kSCHED_FLAG_UTIL_CLAMP_MAX.bits() ==
              uint64_t{1} << static_cast<unsigned>(spec::SchedulerFlag::kClampMaximum));
static_assert(sys::kIOPRIO_CLASS_IDLE == 1 + static_cast<int>(spec::IoPriorityClass::kIdle));

// The members that only some policies have a meaning for.
void check_scheduler(const spec::Scheduler& scheduler) {
  using spec::SchedulerPolicy;
  constexpr int32_t kHighestNice = 19;
  constexpr int32_t kLowestNice = -20;
  constexpr int32_t kHighestPriority = 99;
  const SchedulerPolicy policy = scheduler.policy;
  const bool real_time = policy == SchedulerPolicy::kFifo || policy == SchedulerPolicy::kRoundRobin;
  if (scheduler.nice < kLowestNice || scheduler.nice > kHighestNice) {
    fail_invalid({"/process/scheduler/nice"}, "must be from -20 to 19");
  }
  if (scheduler.priority < (real_time ? 1 : 0) ||
      scheduler.priority > (real_time ? kHighestPriority : 0)) {
    fail_invalid({"/process/scheduler/priority"},
                 "must be from 1 to 99 with SCHED_FIFO and SCHED_RR, else 0");
  }
  if (policy != SchedulerPolicy::kDeadline &&
      (scheduler.runtime | scheduler.deadline | scheduler.period) != 0) {
    fail_invalid({"/process/scheduler"}, "only SCHED_DEADLINE has runtime, deadline and period");
  }
}

void plan_scheduler(const spec::Scheduler& scheduler, sys::SchedAttr& attributes) {
  if (!scheduler.present) return;
  check_scheduler(scheduler);
  attributes.size = sizeof attributes;
  attributes.policy = static_cast<sys::SchedPolicy>(scheduler.policy);
  for (const spec::SchedulerFlag flag : scheduler.flags) {
    attributes.flags |= sys::SchedFlags::from_bits(uint64_t{1} << static_cast<unsigned>(flag));
  }
  attributes.nice = scheduler.nice;
  attributes.priority = static_cast<uint32_t>(scheduler.priority);
  attributes.runtime = scheduler.runtime;
  attributes.deadline = scheduler.deadline;
  attributes.period = scheduler.period;
}

int plan_io_priority(const spec::IoPriority& io) {
  constexpr int32_t kLowest = 7;
  if (!io.present) return 0;
  if (io.priority < 0 || io.priority > kLowest) {
    fail_invalid({"/process/ioPriority/priority"}, "must be from 0 to 7");
  }
  return (1 + static_cast<int>(io.io_class)) << sys::kIOPRIO_CLASS_SHIFT | io.priority;
}

// Sets or counts the processors of a list such as "0-3,7 9"; nothing where it is none.
class ProcessorList {
 public:
  ProcessorList(std::string_view text, Place place) : text_(text), place_(place) {}

  // Reads the whole list; each processor is set in `mask`, if that is large enough. Returns the
  // number of words that the mask needs: in the kernel's, bytes have the machine's order.
  size_t read(std::span<unsigned long> mask) {
    constexpr size_t kBits = 8 * sizeof(unsigned long);
    at_ = 0;
    size_t words = 0;
    while (skip_separators()) {
      const uint32_t first = number();
      uint32_t last = first;
      if (at_ < text_.size() && text_[at_] == '-') {
        ++at_;
        last = number();
      }
      if (last < first) fail_invalid(place_, "is no list of processors", text_);
      for (uint32_t processor = first; processor <= last; ++processor) {
        words = std::max(words, processor / kBits + 1);
        if (words <= mask.size()) mask[processor / kBits] |= 1UL << processor % kBits;
      }
    }
    return words;
  }

 private:
  bool skip_separators() {
    while (at_ < text_.size() && (text_[at_] == ',' || text_[at_] == ' ')) ++at_;
    return at_ < text_.size();
  }

  uint32_t number() {
    constexpr uint32_t kMost = 1U << 16;
    const size_t start = at_;
    uint32_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && value < kMost; ++at_) {
      value = value * 10 + static_cast<uint32_t>(text_[at_] - '0');
    }
    if (at_ == start || value >= kMost) fail_invalid(place_, "is no list of processors", text_);
    return value;
  }

  std::string_view text_;
  Place place_;
  size_t at_ = 0;
};

Processors plan_processors(std::string_view text, Place place, Arena& arena) {
  ProcessorList list(text, place);
  const auto mask = arena.array<unsigned long>(list.read({}));
  list.read(mask);
  return {reinterpret_cast<const unsigned char*>(mask.data()), mask.size_bytes()};
}

}  // namespace

AttributeRecord plan_attributes(const spec::Config& config, Keyring keyring, std::string_view id,
                                Arena& arena) {
  AttributeRecord record;
  plan_scheduler(config.process.scheduler, record.scheduler);
  record.io_priority = plan_io_priority(config.process.io_priority);
  const spec::PersonalityDomain domain = config.linux.personality.domain;
  record.sets_personality = domain != spec::PersonalityDomain::kUnset;
  if (domain == spec::PersonalityDomain::kLinux32) record.personality = sys::kPER_LINUX32;
  if (keyring == Keyring::kOwn) {
    constexpr std::string_view kPrefix = "_ses.";
    Writer name(arena.array<char>(kPrefix.size() + id.size() + 1));
    record.keyring = name.text(kPrefix).text(id).view().data();
  }
  return record;
}

LabelRecord plan_label(const spec::Process& process, const HostFacts& host, Arena& arena) {
  LabelRecord record;
  if (!process.selinux_label.empty()) {
    record = {process.selinux_label.data(), process.selinux_label, {"/process/selinuxLabel"}};
    if (host.security_module != SecurityModule::kSelinux) {
      fail_invalid(record.place, "SELinux is disabled or not supported on this host");
    }
  }
  const std::string_view profile = process.apparmor_profile;
  if (!profile.empty()) {
    constexpr std::string_view kVerb = "exec ";
    Writer text(arena.array<char>(kVerb.size() + profile.size() + 1));
    record = {text.text(kVerb).text(profile).view().data(), {}, {"/process/apparmorProfile"}};
    if (host.security_module != SecurityModule::kApparmor) {
      fail_invalid(record.place, "AppArmor is disabled or not supported on this host");
    }
  }
  return record;
}

AffinityRecord plan_affinity(const spec::Process& process, Arena& arena) {
  const spec::ExecCpuAffinity& affinity = process.exec_cpu_affinity;
  return {plan_processors(affinity.initial, {"/process/execCPUAffinity/initial"}, arena),
          plan_processors(affinity.final, {"/process/execCPUAffinity/final"}, arena)};
}

void apply_keyring(const AttributeRecord& record, const LabelRecord& label,
                   sys::BorrowedFd label_directory) {
  if (record.keyring == nullptr) return;
  if (!label.keys.empty()) {
    begin_step(Step::kLabel);
    const sys::Fd file =
        or_fail(sys::openat(label_directory, "keycreate", sys::kO_WRONLY | sys::kO_CLOEXEC),
                Operation::kOpen);
    or_fail(sys::write(file, label.keys), Operation::kWrite);
  }
  begin_step(Step::kKeyring);
  const auto joined = sys::keyctl(sys::kKEYCTL_JOIN_SESSION_KEYRING,
                                  reinterpret_cast<unsigned long>(record.keyring));
  if (joined.failed_with(sys::kENOSYS)) return;  // a kernel without keys has none to protect
  const long keyring = or_fail(joined, Operation::kJoin);
  // What a new keyring grants, and to find it by its name: all to those who hold it; view, read,
  // search and link to its user. Source: include/linux/key.h, KEY_POS_ALL and KEY_USR_*.
  constexpr unsigned long kPermissions = 0x3f1b0000;
  or_fail(sys::keyctl(sys::kKEYCTL_SETPERM, static_cast<unsigned long>(keyring), kPermissions),
          Operation::kSet);
}

void apply_attributes(const AttributeRecord& record) {
  if (record.scheduler.size != 0) {
    begin_step(Step::kScheduler);
    or_fail(sys::sched_setattr(sys::Pid{0}, record.scheduler), Operation::kSet);
  }
  if (record.io_priority != 0) {
    begin_step(Step::kIoPriority);
    or_fail(sys::ioprio_set(sys::kIOPRIO_WHO_PROCESS, 0, record.io_priority), Operation::kSet);
  }
  if (record.sets_personality) {
    begin_step(Step::kPersonality);
    or_fail(sys::personality(record.personality), Operation::kSet);
  }
}

void apply_affinity(Processors processors) {
  if (processors.empty()) return;
  begin_step(Step::kAffinity);
  or_fail(sys::sched_setaffinity(sys::Pid{0}, sys::Bytes(processors.data(), processors.size())),
          Operation::kSet);
}

sys::Fd open_label_directory(const LabelRecord& record) {
  if (record.text == nullptr) return {};
  begin_step(Step::kLabel);
  return rt::open_private_attributes();
}

}  // namespace nosc::process
