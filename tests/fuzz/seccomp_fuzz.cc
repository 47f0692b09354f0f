// SPDX-License-Identifier: Apache-2.0
// Makes a seccomp profile of any bytes, compiles it for a machine, and compares the filter's
// verdicts with the profile's own reading.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "engine/rt/testing.h"
#include "engine/seccomp/compile.h"
#include "engine/seccomp/interpreter.h"
#include "engine/seccomp/reading.h"

namespace {

using namespace nosc;
using namespace nosc::seccomp;

void check(bool is_true) {
  if (!is_true) __builtin_trap();
}

template <size_t... kMachines>
const Target& target(size_t machine, std::index_sequence<kMachines...>) {
  const Target* all[] = {&kTarget<kMachines>...};
  return *all[machine % kMachineCount];
}

// The bytes one after another, and zeros behind them.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  bool empty() const { return size_ == 0; }
  uint8_t next() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  uint64_t number() {
    constexpr uint64_t kEdges[] = {0, 1, UINT32_MAX, uint64_t{1} << 32, uint64_t{1} << 63};
    const uint8_t kind = next();
    if (kind < std::size(kEdges)) return kEdges[kind];
    if (kind < 128) return kind;
    uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | next();
    return value;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

struct Entry {
  std::vector<std::string> texts;
  std::vector<std::string_view> names;
  std::vector<spec::SeccompArgument> args;
};

// A profile, with what its views look at.
struct Profile {
  explicit Profile(Bytes& bytes) {
    profile.present = true;
    profile.default_action = action(bytes);
    if ((bytes.next() & 3) == 0) profile.default_errno_ret = bytes.next();
    for (size_t i = bytes.next() & 7; i != 0; --i) {
      architectures.push_back(
          static_cast<spec::SeccompArchitecture>(bytes.next() % spec::kSeccompArchitectureCount));
    }
    const size_t count = bytes.next() % 12;
    entries.resize(count);
    for (Entry& entry : entries) syscalls.push_back(read(entry, bytes));
    profile.architectures = architectures;
    profile.syscalls = syscalls;
  }
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  static spec::SeccompAction action(Bytes& bytes) {
    return static_cast<spec::SeccompAction>(bytes.next() % spec::kSeccompActionCount);
  }

  static spec::SeccompSyscall read(Entry& entry, Bytes& bytes) {
    spec::SeccompSyscall syscall;
    for (size_t i = bytes.next() & 15; i != 0; --i) {
      const int number = bytes.next() | (bytes.next() & 1) << 8;
      const auto found = sys::AllNames::name(sys::AbiId::kX86_64, number);
      entry.texts.push_back(found ? found.text : "nonsense");
    }
    for (const std::string& text : entry.texts) entry.names.push_back(text);
    syscall.names = entry.names;
    syscall.action = action(bytes);
    if ((bytes.next() & 7) == 1) syscall.errno_ret = bytes.next() << (bytes.next() & 15);
    for (size_t i = bytes.next() & 3; i != 0; --i) {
      const uint32_t index = bytes.next() & 7;
      const auto op =
          static_cast<spec::SeccompOperator>(bytes.next() % spec::kSeccompOperatorCount);
      const uint64_t value = bytes.number();
      entry.args.push_back({index, op, value, bytes.number()});
    }
    syscall.args = entry.args;
    return syscall;
  }

  std::vector<spec::SeccompArchitecture> architectures;
  std::vector<Entry> entries;
  std::vector<spec::SeccompSyscall> syscalls;
  spec::Seccomp profile;
};

void check_verdict(uint32_t verdict) {
  constexpr uint32_t kActions[] = {sys::kSECCOMP_RET_KILL_PROCESS, sys::kSECCOMP_RET_KILL_THREAD,
                                   sys::kSECCOMP_RET_TRAP,         sys::kSECCOMP_RET_ERRNO,
                                   sys::kSECCOMP_RET_USER_NOTIF,   sys::kSECCOMP_RET_TRACE,
                                   sys::kSECCOMP_RET_LOG,          sys::kSECCOMP_RET_ALLOW};
  bool known = false;
  for (const uint32_t action : kActions) known |= (verdict & 0xffff0000U) == action;
  check(known);
}

void check_program(const Profile& from, const Target& machine,
                   std::span<const sys::SockFilter> program, Bytes& bytes) {
  check(is_accepted(program));
  const Reading reading(from.profile, machine);
  for (int probe = 0; probe < 64; ++probe) {
    const Abi& abi = machine.abis[static_cast<size_t>(probe) % machine.abis.size()];
    sys::SeccompData call{};
    call.arch = probe % 16 == 15 ? bytes.next() : abi.audit_arch;
    const int first = sys::AllNames::number(abi.id, "exit") & ~0xff;
    call.nr = first + (bytes.next() | (bytes.next() & 1) << 8);
    for (uint64_t& argument : call.args) argument = bytes.number();
    const auto verdict = run_filter(program, call, machine.byte_order);
    check(verdict.has_value());
    check_verdict(*verdict);
    check(*verdict == reading.verdict(call));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Bytes bytes(data, size);
  const Target& machine = target(bytes.next(), std::make_index_sequence<kMachineCount>());
  const UnknownNames unknown =
      bytes.next() % 8 == 0 ? UnknownNames::kRefused : UnknownNames::kSkipped;
  const Profile profile(bytes);
  Arena arena;
  const auto program =
      outcome_of([&] { return compile(profile.profile, machine, unknown, arena); });
  if (program.ok()) {
    check_program(profile, machine, *program, bytes);
  } else {
    BufferWriter<1024> message;
    write_error(message, program.error());
    check(message.view().find("/linux/seccomp") != std::string_view::npos);
  }
  return 0;
}
