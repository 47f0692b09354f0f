// SPDX-License-Identifier: Apache-2.0
#include "engine/seccomp/compile.h"

#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <random>
#include <string>
#include <vector>

#include "engine/rt/testing.h"
#include "engine/seccomp/interpreter.h"
#include "engine/seccomp/reading.h"
#include "engine/spec/parse.h"

namespace nosc::seccomp {
namespace {

template <size_t... kMachines>
std::vector<const Target*> all_targets(std::index_sequence<kMachines...>) {
  return {&kTarget<kMachines>...};
}

const std::vector<const Target*> kTargets = all_targets(std::make_index_sequence<kMachineCount>());

const Target& target(std::string_view name) {
  for (const Target* one : kTargets) {
    if (one->name == name) return *one;
  }
  throw std::out_of_range("no such machine");
}

// A profile out of its text, and what it is compiled to.
struct Compiled {
  explicit Compiled(const std::string& seccomp, const Target& machine = target("x86_64"),
                    UnknownNames unknown = UnknownNames::kSkipped)
      : machine(machine),
        text(R"({"ociVersion": "1.3.0", "linux": {"seccomp": )" + seccomp + "}}"),
        result(outcome_of([&] {
          profile = spec::parse({text.data(), text.size()}, arena).linux.seccomp;
          return compile(profile, machine, unknown, arena);
        })) {}

  std::string message() const {
    BufferWriter<512> writer;
    if (!result.ok()) write_error(writer, result.error());
    return std::string(writer.view());
  }

  uint32_t verdict(const sys::SeccompData& call) const {
    return run_filter(*result, call, machine.byte_order).value();
  }
  // The verdict on a call of an ABI by name.
  uint32_t verdict(sys::AbiId id, std::string_view name, std::vector<uint64_t> args = {}) const {
    sys::SeccompData call{};
    for (const Abi& abi : machine.abis) {
      if (abi.id == id) call.arch = abi.audit_arch;
    }
    call.nr = sys::AllNames::number(id, name.data(), name.size());
    std::copy(args.begin(), args.end(), call.args);
    return verdict(call);
  }
  uint32_t verdict(std::string_view name, std::vector<uint64_t> args = {}) const {
    return verdict(machine.abis[0].id, name, std::move(args));
  }

  // Compares every number of every ABI with the reading of the profile.
  void check() const {
    ASSERT_TRUE(result.ok()) << message();
    ASSERT_TRUE(is_accepted(*result));
    const Reading reading(profile, machine);
    std::vector<uint32_t> arches = {0, sys::kAUDIT_ARCH_X86_64, sys::kAUDIT_ARCH_RISCV64};
    for (const Abi& abi : machine.abis) arches.push_back(abi.audit_arch);
    std::vector<uint32_t> numbers = {UINT32_MAX, UINT32_MAX - 1, 1U << 31};
    for (const uint32_t base : {0U, 5000U, 0x40000000U, 0x80000000U, 0xc0000000U, 0xf0000U}) {
      for (uint32_t i = 0; i < 600; ++i) numbers.push_back(base + i - 50);
    }
    for (const uint32_t arch : arches) {
      for (const uint32_t number : numbers) {
        sys::SeccompData call{};
        call.arch = arch;
        call.nr = static_cast<int32_t>(number);
        for_boundary_arguments(profile, call, [&](const sys::SeccompData& at) {
          ASSERT_EQ(verdict(at), reading.verdict(at))
              << machine.name << std::hex << " arch " << arch << " number " << number << " args "
              << at.args[0] << " " << at.args[1] << " " << at.args[2];
        });
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  }

  const Target& machine;
  Arena arena;
  std::string text;
  spec::Seccomp profile;
  Outcome<std::span<const sys::SockFilter>> result;
};

std::string error_of(const std::string& seccomp) { return Compiled(seccomp).message(); }

constexpr char kSimple[] = R"({"defaultAction": "SCMP_ACT_ERRNO", "architectures":
  ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_ARM"], "syscalls": [
  {"names": ["read", "write", "exit", "execve"], "action": "SCMP_ACT_ALLOW"},
  {"names": ["clone"], "action": "SCMP_ACT_ALLOW",
   "args": [{"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]}]})";

TEST(SeccompCompile, AnswersByNameOnEveryAbi) {
  const Compiled filter(kSimple);
  ASSERT_TRUE(filter.result.ok()) << filter.message();
  for (const auto id : {sys::AbiId::kX86_64, sys::AbiId::kI386, sys::AbiId::kX32}) {
    EXPECT_EQ(filter.verdict(id, "read"), SECCOMP_RET_ALLOW);
    EXPECT_EQ(filter.verdict(id, "clone", {0x11}), SECCOMP_RET_ALLOW);
    EXPECT_EQ(filter.verdict(id, "clone", {0x10000000}), SECCOMP_RET_ERRNO | 1U);
  }
  EXPECT_EQ(filter.verdict("open"), SECCOMP_RET_ERRNO | 1U);
  EXPECT_EQ(filter.verdict("clone3"), SECCOMP_RET_ERRNO | 38U);
}

TEST(SeccompCompile, KillsArchitecturesThatAreNotListed) {
  const Compiled filter(R"({"defaultAction": "SCMP_ACT_ALLOW"})");
  ASSERT_TRUE(filter.result.ok()) << filter.message();
  EXPECT_EQ(filter.verdict("read"), SECCOMP_RET_ALLOW);
  EXPECT_EQ(filter.verdict(sys::AbiId::kI386, "read"), SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(filter.verdict(sys::AbiId::kX32, "read"), SECCOMP_RET_KILL_THREAD);
}

TEST(SeccompCompile, ReadsProfilesAlikeOnEveryMachine) {
  const std::string profiles[] = {
      kSimple,
      R"({"defaultAction": "SCMP_ACT_ALLOW"})",
      R"({"defaultAction": "SCMP_ACT_KILL", "architectures": ["SCMP_ARCH_X86_64"]})",
      R"({"defaultAction": "SCMP_ACT_LOG", "architectures": ["SCMP_ARCH_X32"], "syscalls": [
          {"names": ["ptrace", "uname"], "action": "SCMP_ACT_KILL_PROCESS"}]})",
      // Rules for calls that go through others, or are beyond the table.
      R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_ARM"],
          "syscalls": [{"names": ["socket", "semop", "shmctl"], "action": "SCMP_ACT_ERRNO"},
          {"names": ["connect", "set_tls"], "action": "SCMP_ACT_TRAP", "args":
           [{"index": 0, "value": 9, "op": "SCMP_CMP_GT"},
            {"index": 2, "value": 16, "op": "SCMP_CMP_NE"}]},
          {"names": ["bind"], "action": "SCMP_ACT_LOG", "args":
           [{"index": 0, "value": 9, "op": "SCMP_CMP_EQ"},
            {"index": 1, "value": 7, "op": "SCMP_CMP_EQ"},
            {"index": 1, "value": 8, "op": "SCMP_CMP_EQ"}]}]})",
      // Several rules for one call, unconditional ones before and behind conditional ones.
      R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 99, "syscalls": [
          {"names": ["mount"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99},
          {"names": ["mount", "umount2"], "action": "SCMP_ACT_ALLOW",
           "args": [{"index": 3, "value": 4294967296, "op": "SCMP_CMP_GE"}]},
          {"names": ["mount"], "action": "SCMP_ACT_TRACE", "errnoRet": 7,
           "args": [{"index": 3, "value": 5, "op": "SCMP_CMP_LT"},
                    {"index": 1, "value": 18446744073709551615, "op": "SCMP_CMP_LE"}]},
          {"names": ["umount2"], "action": "SCMP_ACT_LOG"},
          {"names": ["umount2", "setup"], "action": "SCMP_ACT_KILL"}]})",
  };
  for (const Target* machine : kTargets) {
    for (const std::string& profile : profiles) Compiled(profile, *machine).check();
  }
}

// Profiles of any shape: long programs, far jumps, every operator, shared and overlapping rules.
TEST(SeccompCompile, ReadsRandomProfilesAlike) {
  std::mt19937 random(7);
  const auto pick = [&](auto... options) {
    const std::string list[] = {options...};
    return list[random() % sizeof...(options)];
  };
  for (int round = 0; round < 36; ++round) {
    std::string text = R"({"architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_ARM"],)";
    text += R"("defaultAction": "SCMP_ACT_)" + pick("ERRNO", "ALLOW", "KILL_PROCESS", "TRACE");
    text += R"(", "syscalls": [)";
    const unsigned entries = 1 + random() % (round % 6 == 0 ? 40 : 6);
    for (unsigned entry = 0; entry < entries; ++entry) {
      text += entry == 0 ? "" : ",";
      text += R"({"names": [)";
      for (unsigned name = 0, count = 1 + random() % 20; name < count; ++name) {
        const int number = static_cast<int>(random() % 450);
        const auto found = sys::AllNames::name(sys::AbiId::kX86_64, number);
        text += std::string(name == 0 ? "\"" : ",\"") + (found ? found.text : "nonsense") + "\"";
      }
      text += R"(], "action": "SCMP_ACT_)" + pick("ERRNO", "ALLOW", "TRAP", "LOG", "NOTIFY") + "\"";
      text += R"(, "args": [)";
      for (unsigned argument = 0, count = random() % 4; argument < count; ++argument) {
        text += argument == 0 ? "" : ",";
        text += R"({"index": )" + std::to_string(random() % 6) + R"(, "value": )" +
                pick("0", "1", "4294967295", "4294967296", "81985529216486895",
                     "18446744073709551615", "9223372036854775808") +
                R"(, "valueTwo": )" + pick("0", "1", "255", "4294967296") +
                R"(, "op": "SCMP_CMP_)" + pick("NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ") +
                "\"}";
      }
      text += "]}";
    }
    const Compiled compiled(text + "]}", *kTargets[static_cast<size_t>(round) % kTargets.size()]);
    ASSERT_TRUE(compiled.result.ok()) << compiled.message();
    ASSERT_TRUE(is_accepted(*compiled.result)) << text;
    const Reading reading(compiled.profile, compiled.machine);
    for (int probe = 0; probe < 20000; ++probe) {
      const Abi& abi = compiled.machine.abis[random() % compiled.machine.abis.size()];
      const auto base = static_cast<uint32_t>(sys::AllNames::number(abi.id, "exit") & ~0xff);
      sys::SeccompData call{};
      call.arch = abi.audit_arch;
      call.nr = static_cast<int32_t>(base + random() % 480);
      const uint64_t values[] = {0,
                                 1,
                                 UINT32_MAX,
                                 uint64_t{1} << 32,
                                 81985529216486895,
                                 UINT64_MAX,
                                 uint64_t{1} << 63,
                                 random()};
      for (uint64_t& argument : call.args) argument = values[random() % 8] + random() % 3 - 1;
      ASSERT_EQ(compiled.verdict(call), reading.verdict(call))
          << compiled.machine.name << " " << call.nr << " " << text;
    }
  }
}

TEST(SeccompCompile, TakesOneOfTwoConditionsOnOneArgument) {
  const Compiled filter(R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
      {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args":
       [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"},
        {"index": 0, "value": 8, "op": "SCMP_CMP_EQ"}]}]})");
  ASSERT_TRUE(filter.result.ok()) << filter.message();
  EXPECT_EQ(filter.verdict("personality", {0}), SECCOMP_RET_ALLOW);
  EXPECT_EQ(filter.verdict("personality", {8}), SECCOMP_RET_ALLOW);
  EXPECT_EQ(filter.verdict("personality", {9}), SECCOMP_RET_ERRNO | 1U);
}

TEST(SeccompCompile, LooksAtTheHalvesOfS390x) {
  const Compiled filter(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
      {"names": ["ioctl"], "action": "SCMP_ACT_TRAP", "args":
       [{"index": 1, "value": 21522, "op": "SCMP_CMP_EQ"}]}]})",
                        target("s390x"));
  ASSERT_TRUE(filter.result.ok()) << filter.message();
  EXPECT_EQ(filter.verdict("ioctl", {0, 21522}), SECCOMP_RET_TRAP);
  EXPECT_EQ(filter.verdict("ioctl", {0, 21522 | uint64_t{1} << 32}), SECCOMP_RET_ALLOW);
  EXPECT_EQ(filter.verdict("ioctl", {0, uint64_t{21522} << 32}), SECCOMP_RET_ALLOW);
}

TEST(SeccompCompile, RefusesWhatIsWrong) {
  const auto in = [](const std::string& entry) {
    return R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"],
               "action": "SCMP_ACT_ERRNO"}, )" +
           entry + "]}";
  };
  EXPECT_EQ(error_of(in(R"({"names": [], "action": "SCMP_ACT_ALLOW"})")),
            "/linux/seccomp/syscalls/1/names: is empty");
  EXPECT_EQ(error_of(in(R"({"names": ["read"], "action": "SCMP_ACT_ERRNO", "args": [
                {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"},
                {"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}]})")),
            "/linux/seccomp/syscalls/1/args/1: the index is out of range: at most 5");
  EXPECT_EQ(error_of(in(R"({"names": ["read"], "action": "SCMP_ACT_KILL", "errnoRet": 1})")),
            "/linux/seccomp/syscalls/1/errnoRet: the action takes no errno");
  EXPECT_EQ(error_of(in(R"({"names": ["read"], "action": "SCMP_ACT_TRACE", "errnoRet": 65536})")),
            "/linux/seccomp/syscalls/1/errnoRet: is out of range: at most 65535");
  EXPECT_EQ(error_of(R"({"defaultAction": "SCMP_ACT_TRAP", "defaultErrnoRet": 1})"),
            "/linux/seccomp/defaultErrnoRet: the action takes no errno");
}

TEST(SeccompCompile, SkipsUnknownNamesOrRefusesThem) {
  constexpr char kProfile[] = R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
      {"names": ["read", "_llseek", "no_such_call"], "action": "SCMP_ACT_ERRNO"}]})";
  EXPECT_TRUE(Compiled(kProfile).result.ok());
  EXPECT_EQ(Compiled(kProfile, target("x86_64"), UnknownNames::kRefused).message(),
            "/linux/seccomp/syscalls/0/names/2: \"no_such_call\": no system call of this machine");
}

TEST(SeccompCompile, RefusesWhatTheKernelDoesNotTake) {
  std::string entries;
  for (int i = 0; i < 3000; ++i) {
    entries +=
        R"(,{"names": ["ioctl"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 1, "value": )" +
        std::to_string(i) + R"(, "op": "SCMP_CMP_EQ"}]})";
  }
  EXPECT_EQ(
      error_of(R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [)" + entries.substr(1) + "]}"),
      "/linux/seccomp/syscalls: needs more than 4096 instructions");
}

}  // namespace
}  // namespace nosc::seccomp
