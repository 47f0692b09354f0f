// SPDX-License-Identifier: Apache-2.0
//
// The filters that runc loads for the clients' own profiles, beside nosc's for the same ones: both
// run in the interpreter, over every number and around every argument value that a profile speaks
// of.
//
// captured/seccomp-N.bpf is what runc 1.1.5 with libseccomp 2.5.4 loads on x86_64 for
// captured/seccomp-N.json: its instructions, as PTRACE_SECCOMP_GET_FILTER gives them of a running
// container. Their numbers are little-endian.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "engine/rt/testing.h"
#include "engine/seccomp/compile.h"
#include "engine/seccomp/interpreter.h"
#include "engine/seccomp/reading.h"
#include "engine/spec/parse.h"

namespace nosc::seccomp {
namespace {

constexpr const Target& kMachine = kTarget<internal::machine_index("x86_64")>;

std::string read(const std::string& name) {
  const char* directory = getenv("TEST_SRCDIR");
  const char* workspace = getenv("TEST_WORKSPACE");
  const std::string folder =
      directory == nullptr ? "" : std::string(directory) + "/" + workspace + "/";
  std::ostringstream text;
  text << std::ifstream(folder + "tests/clients/captured/" + name, std::ios::binary).rdbuf();
  return text.str();
}

uint32_t number_at(const std::string& bytes, size_t at, size_t size) {
  uint32_t value = 0;
  for (size_t i = size; i-- != 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::vector<sys::SockFilter> read_program(const std::string& name) {
  const std::string bytes = read(name);
  std::vector<sys::SockFilter> program;
  for (size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    program.push_back({.code = static_cast<uint16_t>(number_at(bytes, at, 2)),
                       .jt = static_cast<uint8_t>(number_at(bytes, at + 2, 1)),
                       .jf = static_cast<uint8_t>(number_at(bytes, at + 3, 1)),
                       .k = number_at(bytes, at + 4, 4)});
  }
  return program;
}

class RuncFilter : public ::testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    const std::string name = "seccomp-" + std::to_string(GetParam());
    text_ = R"({"ociVersion": "1.3.0", "linux": {"seccomp": )" + read(name + ".json") + "}}";
    profile_ = spec::parse({text_.data(), text_.size()}, arena_).linux.seccomp;
    program_ = compile(profile_, kMachine, UnknownNames::kSkipped, arena_);
    runcs_ = read_program(name + ".bpf");
    ASSERT_FALSE(program_.empty());
    ASSERT_FALSE(runcs_.empty());
  }

  // Whether the two filters agree on a number of an ABI, whatever the arguments.
  bool agrees(uint32_t arch, uint32_t number) const {
    sys::SeccompData call{};
    call.arch = arch;
    call.nr = static_cast<int32_t>(number);
    bool same = true;
    for_boundary_arguments(profile_, call, [&](const sys::SeccompData& at) {
      same = same && run_filter(program_, at, ByteOrder::kLittle) ==
                         run_filter(runcs_, at, ByteOrder::kLittle);
    });
    return same;
  }

  Arena arena_;
  std::string text_;
  spec::Seccomp profile_;
  std::span<const sys::SockFilter> program_;
  std::vector<sys::SockFilter> runcs_;
};

TEST_P(RuncFilter, GivesTheSameVerdicts) {
  std::map<uint32_t, std::set<uint32_t>> differences;
  for (const uint32_t arch :
       {sys::kAUDIT_ARCH_X86_64, sys::kAUDIT_ARCH_I386, sys::kAUDIT_ARCH_AARCH64, uint32_t{0}}) {
    for (const uint32_t base : {0U, 0x40000000U, 0x80000000U, 0xfffffc00U}) {
      for (uint32_t i = 0; i != 1024; ++i) {
        if (!agrees(arch, base + i)) differences[arch].insert(base + i);
      }
    }
  }
  std::ostringstream out;
  for (const auto& [arch, numbers] : differences) {
    out << std::hex << arch << std::dec << ":";
    for (const uint32_t number : numbers) out << " " << number;
    out << "\n";
  }
  EXPECT_EQ(out.str(), "");
}

INSTANTIATE_TEST_SUITE_P(Of, RuncFilter, ::testing::Range(1, 8));

}  // namespace
}  // namespace nosc::seccomp
