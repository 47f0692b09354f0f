// SPDX-License-Identifier: Apache-2.0
#include "engine/cgroups/devices.h"

#include <bit>

#include "engine/rt/error.h"
#include "syscalls/sys.h"

namespace nosc::cgroups {
namespace {

constexpr uint8_t kMake = sys::kBPF_DEVCG_ACC_MKNOD;
constexpr uint8_t kRead = sys::kBPF_DEVCG_ACC_READ;
constexpr uint8_t kWrite = sys::kBPF_DEVCG_ACC_WRITE;
constexpr uint8_t kAll = kMake | kRead | kWrite;

struct Access {
  char letter;
  uint8_t bit;
};
constexpr Access kAccesses[] = {{'r', kRead}, {'w', kWrite}, {'m', kMake}};

// What every container may do, as in runc: node making is harmless where opening isn't allowed.
constexpr struct {
  char type;
  uint8_t access;
  int16_t major;
  int16_t minor;
} kDefaults[] = {
    {'c', kAll, 1, 3},    {'c', kAll, 1, 5},    {'c', kAll, 1, 7}, {'c', kAll, 1, 8},
    {'c', kAll, 1, 9},    {'c', kAll, 5, 0},    {'c', kAll, 5, 2}, {'c', kAll, 10, 200},
    {'c', kAll, 136, -1}, {'a', kMake, -1, -1},
};
static_assert(std::size(kDefaults) == kDefaultDeviceRules);

int64_t plan_number(const spec::Limit& number, Place place, const char* name) {
  if (!number || *number == kAnyNumber) return kAnyNumber;
  if (*number >= 0 && *number <= UINT32_MAX) return *number;
  place.tail = name;
  fail_invalid(place, "isn't a device number");
}

DeviceRecord plan_rule(const spec::DeviceRule& rule, Place place) {
  DeviceRecord record{.allow = rule.allow};
  if (!rule.type.empty()) record.type = rule.type[0];
  if (rule.type.size() > 1 || (record.type != 'a' && record.type != 'b' && record.type != 'c')) {
    place.tail = "type";
    fail_invalid(place, "isn't a, b or c", rule.type);
  }
  record.major = plan_number(rule.major, place, "major");
  record.minor = plan_number(rule.minor, place, "minor");
  for (const char letter : rule.access) {
    uint8_t bit = 0;
    for (const Access& access : kAccesses) {
      if (access.letter == letter) bit = access.bit;
    }
    if (bit == 0) {
      place.tail = "access";
      fail_invalid(place, "isn't made of r, w and m", rule.access);
    }
    record.access |= bit;
  }
  if (rule.access.empty()) record.access = kAll;
  return record;
}

bool is_everything(const DeviceRecord& rule) {
  return rule.type == 'a' && rule.access == kAll && rule.major == kAnyNumber &&
         rule.minor == kAnyNumber;
}

// Whether a number that both rules match exists.
bool overlap(int64_t first, int64_t second) {
  return first == second || first == kAnyNumber || second == kAnyNumber;
}

constexpr unsigned kVerdict = 0, kContext = 1, kType = 2, kAccess = 3, kMajor = 4, kMinor = 5;
constexpr unsigned kNumber = 6, kScratch = 7;

// As the kernel keeps a device's number. Source: kernel include/linux/kdev_t.h.
constexpr unsigned kMinorBits = 20;
constexpr uint32_t kLargestMajor = UINT32_MAX >> kMinorBits;
constexpr uint32_t kLargestMinor = (uint32_t{1} << kMinorBits) - 1;

// The longest code of one rule, and of what stands around all of them.
constexpr size_t kRuleInstructions = 7;
constexpr size_t kFrameInstructions = 14;

// Where a jump leads, in place of its offset until that is known. All lead forward.
enum class Target : uint8_t { kDeny, kAllow, kBlockEnd, kRuleEnd };

class Assembler {
 public:
  explicit Assembler(std::span<sys::BpfInstruction> code) : code_(code) {}

  void emit(unsigned code, unsigned destination, int32_t immediate, unsigned source = 0,
            int16_t offset = 0) {
    const unsigned registers = std::endian::native == std::endian::little
                                   ? source << 4 | destination
                                   : destination << 4 | source;
    code_[used_++] = {.code = static_cast<uint8_t>(code),
                      .registers = static_cast<uint8_t>(registers),
                      .offset = offset,
                      .immediate = immediate};
  }
  void load(unsigned destination, int16_t offset) {
    emit(sys::kBPF_LDX | sys::kBPF_MEM | sys::kBPF_W, destination, 0, kContext, offset);
  }
  void operate(unsigned operation, unsigned destination, uint32_t immediate) {
    emit(sys::kBPF_ALU | operation | sys::kBPF_K, destination, static_cast<int32_t>(immediate));
  }
  void operate_register(unsigned operation, unsigned destination, unsigned source) {
    emit(sys::kBPF_ALU | operation | sys::kBPF_X, destination, 0, source);
  }
  void jump(unsigned condition, unsigned reg, uint32_t number, Target target) {
    unsigned operand = sys::kBPF_K;
    // A jump extends the sign of its number, and has no other than 64-bit registers before 5.1.
    if (number > INT32_MAX) {
      operate(sys::kBPF_MOV, kScratch, number);
      operand = sys::kBPF_X;
    }
    emit(sys::kBPF_JMP | condition | operand, reg,
         operand == sys::kBPF_X ? 0 : static_cast<int32_t>(number),
         operand == sys::kBPF_X ? kScratch : 0, waiting(target));
  }
  // Makes the jumps to `target` that were emitted since `first` lead here; false if there are none.
  bool place(Target target, size_t first = 0) {
    bool any = false;
    for (size_t i = first; i != used_; ++i) {
      if (code_[i].offset != waiting(target)) continue;
      code_[i].offset = static_cast<int16_t>(used_ - i - 1);
      any = true;
    }
    return any;
  }
  void answer(bool allow) {
    operate(sys::kBPF_MOV, kVerdict, allow ? 1 : 0);
    emit(sys::kBPF_JMP | sys::kBPF_EXIT, 0, 0);
  }
  size_t used() const { return used_; }
  std::span<sys::BpfInstruction> code() const { return code_.first(used_); }

 private:
  // No offset that is known is negative.
  static int16_t waiting(Target target) {
    return static_cast<int16_t>(-1 - static_cast<int16_t>(target));
  }

  std::span<sys::BpfInstruction> code_;
  size_t used_ = 0;
};

// A rule for everything that may be done with one device, or with all of a kind, takes one jump.
// Otherwise allowed accesses are taken out of those that are left, and the last one ends the
// program; a denied one among them ends it at once.
void compile_rule(const DeviceRecord& rule, Assembler& out) {
  const Target verdict = rule.allow ? Target::kAllow : Target::kDeny;
  const bool has_major = rule.major != kAnyNumber;
  const bool has_minor = rule.minor != kAnyNumber;
  unsigned reg = has_major ? kMajor : kMinor;
  int64_t number = has_major ? rule.major : rule.minor;
  if (has_major && has_minor) {
    if (rule.major > kLargestMajor || rule.minor > kLargestMinor) return;  // there is none
    reg = kNumber;
    number = rule.major << kMinorBits | rule.minor;
  }
  if (rule.access == kAll && (has_major || has_minor)) {
    return out.jump(sys::kBPF_JEQ, reg, static_cast<uint32_t>(number), verdict);
  }
  const size_t first = out.used();
  if (has_major || has_minor) {
    out.jump(sys::kBPF_JNE, reg, static_cast<uint32_t>(number), Target::kRuleEnd);
  }
  if (rule.allow) {
    out.operate(sys::kBPF_AND, kAccess, kAll & ~unsigned{rule.access});
    out.jump(sys::kBPF_JEQ, kAccess, 0, verdict);
  } else {
    out.operate_register(sys::kBPF_MOV, kScratch, kAccess);
    out.operate(sys::kBPF_AND, kScratch, rule.access);
    out.jump(sys::kBPF_JNE, kScratch, 0, verdict);
  }
  out.place(Target::kRuleEnd, first);
}

// Rules for one type that follow each other share the question for it.
void compile_rules(std::span<const DeviceRecord> rules, Assembler& out) {
  char type = 'a';
  for (size_t i = rules.size(); i-- != 1;) {
    if (rules[i].type != type) {
      out.place(Target::kBlockEnd);
      type = rules[i].type;
      const unsigned code = type == 'b' ? sys::kBPF_DEVCG_DEV_BLOCK : sys::kBPF_DEVCG_DEV_CHAR;
      if (type != 'a') out.jump(sys::kBPF_JNE, kType, code, Target::kBlockEnd);
    }
    compile_rule(rules[i], out);
  }
  out.place(Target::kBlockEnd);
}

}  // namespace

std::span<const DeviceRecord> plan_devices(std::span<const spec::DeviceRule> configured,
                                           std::span<const spec::Device> made, Arena& arena) {
  const auto rules =
      arena.array<DeviceRecord>(kMaximumAddedRules + made.size() + configured.size());
  // Denied, if no rule says otherwise.
  rules[0] = {.is_default = configured.empty(), .access = kAll};
  size_t count = 1;
  for (const spec::Device& device : made) {
    const int64_t major = device.major.value_or(-1);
    const int64_t minor = device.minor.value_or(-1);
    if (device.type == "p" || major < 0 || minor < 0) continue;
    rules[count++] = {true, true, device.type == "b" ? 'b' : 'c', kAll, major, minor};
  }
  for (size_t i = 0; i < configured.size(); ++i) {
    const DeviceRecord rule =
        plan_rule(configured[i], {"/linux/resources/devices", static_cast<int32_t>(i)});
    if (is_everything(rule)) count = 0;
    rules[count++] = rule;
  }
  if (count == 1 && rules[0].allow) return rules.first(1);
  for (const auto& entry : kDefaults) {
    rules[count++] = {true, true, entry.type, entry.access, entry.major, entry.minor};
  }
  return rules.first(count);
}

std::span<const sys::BpfInstruction> compile_devices(std::span<const DeviceRecord> rules,
                                                     Arena& arena) {
  Assembler out(
      arena.array<sys::BpfInstruction>(kFrameInstructions + rules.size() * kRuleInstructions));
  // struct bpf_cgroup_dev_ctx: the access above the type, major, minor; 32 bits each.
  out.load(kType, 0);
  out.load(kMajor, 4);
  out.load(kMinor, 8);
  out.operate_register(sys::kBPF_MOV, kAccess, kType);
  out.operate(sys::kBPF_RSH, kAccess, 16);
  out.operate(sys::kBPF_AND, kType, 0xffff);
  out.operate_register(sys::kBPF_MOV, kNumber, kMajor);
  out.operate(sys::kBPF_LSH, kNumber, kMinorBits);
  out.operate_register(sys::kBPF_OR, kNumber, kMinor);
  compile_rules(rules, out);
  // What no rule decided has the answer of the first.
  const bool allow = rules[0].allow;
  out.place(allow ? Target::kAllow : Target::kDeny);
  out.answer(allow);
  // The kernel refuses code that nothing leads to.
  if (out.place(allow ? Target::kDeny : Target::kAllow)) out.answer(!allow);
  return out.code();
}

size_t find_impossible(std::span<const DeviceRecord> rules) {
  for (size_t i = 1; i < rules.size(); ++i) {
    if (rules[i].allow == rules[0].allow) {
      // Takes something back from the exceptions: only from one that is exactly the same.
      for (size_t other = 1; other < i; ++other) {
        const DeviceRecord& exception = rules[other];
        const DeviceRecord& rule = rules[i];
        if (exception.allow == rule.allow || (exception.access & rule.access) == 0) continue;
        const bool types = exception.type == rule.type || exception.type == 'a' || rule.type == 'a';
        const bool same = exception.type == rule.type && exception.major == rule.major &&
                          exception.minor == rule.minor;
        if (!same && types && overlap(exception.major, rule.major) &&
            overlap(exception.minor, rule.minor)) {
          return i;
        }
      }
    }
  }
  return rules.size();
}

void write_rule(const DeviceRecord& rule, char type, Writer& out) {
  out.character(type);
  char separator = ' ';
  for (const int64_t number : {rule.major, rule.minor}) {
    out.character(separator);
    separator = ':';
    if (number == kAnyNumber) {
      out.character('*');
    } else {
      out.decimal(static_cast<uint64_t>(number));
    }
  }
  out.character(' ');
  for (const Access& access : kAccesses) {
    if ((rule.access & access.bit) != 0) out.character(access.letter);
  }
}

// Before 5.11 all programs of a user count as memory that its processes lock, and the limit of that
// is soon reached: EPERM. Source: setrlimit(2), RLIMIT_MEMLOCK; bpf(2).
template <class Load>
sys::Result<int> load_unlimited(Load load) {
  const auto loaded = load();
  if (!loaded.failed_with(sys::kEPERM)) return loaded;
  constexpr sys::Rlimit64 kUnlimited{sys::kRLIM64_INFINITY, sys::kRLIM64_INFINITY};
  sys::Rlimit64 former;
  if (!sys::prlimit64({}, sys::kRLIMIT_MEMLOCK, &kUnlimited, &former)) return loaded;
  const auto again = load();
  (void)sys::prlimit64({}, sys::kRLIMIT_MEMLOCK, &former);
  return again;
}

sys::Result<void> attach_devices(std::span<const sys::BpfInstruction> program,
                                 sys::BorrowedFd directory, FormerPrograms former) {
  const auto bpf = [](sys::BpfCommand command, auto& attributes) {
    return sys::bpf(command, &attributes, sizeof attributes);
  };
  sys::BpfProgramLoad load{.type = sys::kBPF_PROG_TYPE_CGROUP_DEVICE,
                           .instruction_count = static_cast<uint32_t>(program.size()),
                           .instructions = reinterpret_cast<uintptr_t>(program.data()),
                           .license = reinterpret_cast<uintptr_t>("Apache-2.0")};
  const auto loaded = load_unlimited([&] { return bpf(sys::kBPF_PROG_LOAD, load); });
  if (!loaded) return loaded.error();
  const sys::Fd fd = sys::Fd::adopt(*loaded);
  uint32_t ids[16];
  sys::BpfProgramQuery query{.target = directory.raw(),
                             .type = sys::kBPF_CGROUP_DEVICE,
                             .ids = reinterpret_cast<uintptr_t>(ids),
                             .count = 0};
  if (former == FormerPrograms::kReplaced) {
    query.count = std::size(ids);
    const auto known = bpf(sys::kBPF_PROG_QUERY, query);
    if (!known) return known.error();
  }
  sys::BpfProgramAttach attach{.target = directory.raw(),
                               .program = fd.raw(),
                               .type = sys::kBPF_CGROUP_DEVICE,
                               .flags = sys::kBPF_F_ALLOW_MULTI};
  const auto attached = bpf(sys::kBPF_PROG_ATTACH, attach);
  if (!attached) return attached.error();
  // Until the former ones are gone both have to agree.
  attach.flags = {};
  for (uint32_t i = 0; i < query.count; ++i) {
    sys::BpfById by_id{.id = ids[i]};
    const auto opened = bpf(sys::kBPF_PROG_GET_FD_BY_ID, by_id);
    if (!opened) return opened.error();
    const sys::Fd other = sys::Fd::adopt(*opened);
    attach.program = other.raw();
    const auto detached = bpf(sys::kBPF_PROG_DETACH, attach);
    if (!detached) return detached.error();
  }
  return sys::Result<void>::from_raw(0);
}

}  // namespace nosc::cgroups
