// SPDX-License-Identifier: Apache-2.0
//
// The typed calls against what the kernel's source declares, register by register, on every ABI;
// and those declarations, by name and type, against what the running kernel says of itself in
// tracefs.
#include "syscalls/gen/signatures.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/utsname.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "syscalls/gen/emit.h"
#include "syscalls/gen/testing_tables.h"

namespace syscalls_gen {
namespace {

const Signatures& kernel() {
  static const auto& loaded = *new absl::StatusOr<Signatures>([]() -> absl::StatusOr<Signatures> {
    const std::string path = "syscalls/table/signatures/kernel.facts";
    const auto text = read_file(path);
    if (!text.ok()) return text.status();
    return parse_signatures(path, *text);
  }());
  if (!loaded.ok()) ADD_FAILURE() << loaded.status();
  return *loaded;
}

TEST(EntryPointsTest, MacrosOfNativeCallsAreFound) {
  const auto found = find_entry_points(
      "#define SYSCALL_DEFINE1(name, ...) x\n"
      "SYSCALL_DEFINE0(fork)\n{\n}\n"
      "COMPAT_SYSCALL_DEFINE1(old, int, x)\n"
      "SYSCALL_DEFINE2(open, const char __user *, name, /* how */ unsigned  int, how)\n");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, "fork");
  EXPECT_EQ(found[1].arguments,
            (KernelArguments{{"const char *", "name"}, {"unsigned int", "how"}}));
}

TEST(SignaturesTest, RowsAreReadAsTheyAreWritten) {
  const Signatures signatures{{"a", {{"f", {{"int *", "x"}}}}}, {"b", {{"f", {{"int *", "x"}}}}}};
  const auto read = parse_signatures("s", format_signatures(signatures, "here"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, signatures);
  EXPECT_EQ(parse_signatures("s", "a f | int\n").status().message(),
            "s:1: \"int\" is not TYPE NAME");
  EXPECT_EQ(parse_signatures("s", "a f\na f\n").status().message(), "s:2: f of a is here twice");
}

// A register as a letter: n narrow, w word, p pointer, f a descriptor (which the kernel truncates
// itself where it takes a word), _ skipped.
using Registers = std::string;

// Skips a register where the ABI wants a pair at an even one.
void align(const Abi& abi, Registers& registers) {
  if (abi.aligned_pairs && registers.size() % 2 == 1) registers += '_';
}

Registers kernel_registers(const Abi& abi, const KernelArguments& arguments) {
  Registers registers;
  for (const KernelArgument& argument : arguments) {
    switch (class_of(argument.type)) {
      case ArgumentClass::kNarrow: registers += 'n'; break;
      case ArgumentClass::kWord: registers += 'w'; break;
      case ArgumentClass::kPointer: registers += 'p'; break;
      case ArgumentClass::kWide:
        if (abi.is_32_bit()) align(abi, registers);
        registers += abi.is_32_bit() ? "ww" : "w";
    }
  }
  return registers;
}

// An empty answer: the arguments don't expand.
absl::StatusOr<Registers> typed_registers(const Abi& abi, const Call& call) {
  std::vector<Argument> arguments = call.arguments;
  if (call.clone_order) {
    arguments.clear();
    for (const std::string& name : abi.clone_order) {
      for (const Argument& argument : call.arguments) {
        if (argument.name == name) arguments.push_back(argument);
      }
    }
  }
  if (!call.by_pointer_abis.empty() && abi_matches(abi, call.by_pointer_abis)) return "p";
  Registers registers;
  for (const Argument& argument : arguments) {
    const auto expanded = expand_argument(tables(), abi, call.location, argument);
    if (!expanded.ok()) return expanded.status();
    for (const Operand& operand : expanded->operands) {
      if (operand.pair_start) align(abi, registers);
      const bool pointer = absl::EndsWith(operand.type, "*");
      registers += pointer ? 'p' : argument.type == "fd" ? 'f' : operand.narrow ? 'n' : 'w';
    }
  }
  return registers;
}

bool fits(const Abi& abi, char typed, char kernel) {
  if (typed == '_' || kernel == '_') return true;
  if (kernel == 'p') return typed == 'p';
  if (kernel == 'n') return typed != 'p';
  return abi.is_32_bit() || typed != 'n';
}

bool fits(const Abi& abi, const Registers& typed, const Registers& kernel) {
  if (typed.size() != kernel.size()) return false;
  for (size_t i = 0; i < typed.size(); ++i) {
    if (!fits(abi, typed[i], kernel[i])) return false;
  }
  return true;
}

class SignatureTest : public testing::TestWithParam<std::string> {
 protected:
  const Abi* abi() const {
    for (const Abi& abi : tables().abis) {
      if (abi.name == GetParam()) return &abi;
    }
    return nullptr;
  }
};

TEST_P(SignatureTest, EveryTypedCallHasTheKernelsRegisters) {
  ASSERT_NE(abi(), nullptr);
  int compared = 0;
  for (const Call& call : tables().calls) {
    if (!call_exists(tables(), *abi(), call)) continue;
    const auto known = kernel().at(GetParam()).find(call.name);
    ASSERT_NE(known, kernel().at(GetParam()).end())
        << call.name << " is not in the kernel's source";
    const auto typed = typed_registers(*abi(), call);
    ASSERT_TRUE(typed.ok()) << typed.status();
    const Registers wanted = kernel_registers(*abi(), known->second);
    // Newer kernels may take more than a row gives.
    const bool newer = call.name == "bpf" && typed->size() == 3;
    EXPECT_TRUE(fits(*abi(), *typed, newer ? wanted.substr(0, 3) : wanted))
        << call.name << " passes " << *typed << ", the kernel takes " << wanted;
    ++compared;
  }
  EXPECT_GT(compared, 300);
}

TEST_P(SignatureTest, WhatIsUntypedIsNotImplementedOrNoFunction) {
  const std::set<std::string> no_functions{"restart_syscall", "rt_sigreturn", "sigreturn", "uprobe",
                                           "uretprobe",       "pipe",         "syscall"};
  // Calls that statx and mmap2 do better, on ABIs of the layer alone.
  const std::set<std::string> replaced{"fstat",    "fstat64",  "fstatat64", "lstat",
                                       "lstat64",  "mmap",     "oldfstat",  "oldlstat",
                                       "oldstat",  "stat",     "stat64",    "sys_debug_setcontext",
                                       "unused59", "unused109"};
  const std::set<std::string> kin{"mips", "mipsel", "ppc"};
  ASSERT_NE(abi(), nullptr);
  for (const UntypedCall& call : tables().untyped) {
    if (kin.contains(GetParam()) && replaced.contains(call.name)) continue;
    if (!abi_matches(*abi(), call.abis) || no_functions.contains(call.name)) continue;
    EXPECT_FALSE(kernel().at(GetParam()).contains(call.name)) << call.name << " is implemented";
  }
}

INSTANTIATE_TEST_SUITE_P(Abis, SignatureTest,
                         testing::Values("x86_64", "i386", "aarch64", "arm", "riscv64", "ppc64le",
                                         "s390x", "loongarch64", "mips64el", "mips", "mips64",
                                         "mipsel", "ppc", "ppc64", "riscv32"),
                         [](const auto& info) { return info.param; });

// The arguments in tracefs's description of an entry point: "field:TYPE NAME; offset:24; ...".
KernelArguments traced_arguments(std::string_view text) {
  KernelArguments arguments;
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<std::string_view> parts = absl::StrSplit(line, ';');
    std::string_view field = absl::StripAsciiWhitespace(parts[0]);
    if (parts.size() < 2 || !absl::ConsumePrefix(&field, "field:") ||
        absl::StrContains(field, "common_") || absl::StrContains(field, "__syscall_nr")) {
      continue;
    }
    const size_t blank = field.rfind(' ');
    arguments.push_back({plain_type(field.substr(0, blank)), std::string(field.substr(blank + 1))});
  }
  return arguments;
}

// Mounts tracefs in a mount namespace of this process alone; an empty path if that can't be.
std::string mount_tracefs() {
  if (unshare(CLONE_NEWNS) != 0) return "";
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "";
  const char* folder = getenv("TEST_TMPDIR");
  const std::string path = absl::StrCat(folder == nullptr ? "/tmp" : folder, "/tracefs");
  std::filesystem::create_directories(path);
  if (mount("tracefs", path.c_str(), "tracefs", MS_RDONLY, nullptr) != 0) return "";
  return path + "/events/syscalls";
}

// True if the running kernel is as new as those whose names are known to agree.
bool is_recent() {
  utsname name{};
  int major = 0;
  int minor = 0;
  if (uname(&name) != 0 || sscanf(name.release, "%d.%d", &major, &minor) != 2) return false;
  return major > 6 || (major == 6 && minor >= 18);
}

TEST(TracefsTest, TheRunningKernelSaysTheSame) {
#ifndef __x86_64__
  GTEST_SKIP() << "the kernel of another architecture";
#endif
  const std::string folder = mount_tracefs();
  if (folder.empty() || !std::filesystem::exists(folder)) GTEST_SKIP() << "no tracefs to be had";
  if (!is_recent()) GTEST_SKIP() << "arguments had other names in older kernels";
  // Entry points that are not named as their calls are.
  const std::map<std::string, std::string> names{{"newfstat", "fstat"},      {"newlstat", "lstat"},
                                                 {"newstat", "stat"},        {"newuname", "uname"},
                                                 {"sendfile64", "sendfile"}, {"umount", "umount2"}};
  // What has changed after 6.18: more arguments, and other names of the same types.
  const std::set<std::string> changed{"bpf", "getcpu", "semop"};
  const auto& known = kernel().at("x86_64");
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::string name = entry.path().filename().string();
    if (!absl::StartsWith(name, "sys_enter_")) continue;
    name = name.substr(10);
    if (names.contains(name)) name = names.at(name);
    const auto text = read_file(entry.path().string() + "/format");
    const auto signature = known.find(name);
    if (!text.ok() || signature == known.end() || changed.contains(name)) continue;
    const KernelArguments traced = traced_arguments(*text);
    ASSERT_EQ(traced.size(), signature->second.size()) << name;
    for (size_t i = 0; i < traced.size(); ++i) {
      EXPECT_EQ(traced[i].type, signature->second[i].type) << name;
      EXPECT_EQ(traced[i].name, signature->second[i].name) << name;
    }
    ++compared;
  }
  printf("%d signatures compared with the running kernel\n", compared);
  EXPECT_GT(compared, 250);
}

}  // namespace
}  // namespace syscalls_gen
