// SPDX-License-Identifier: Apache-2.0
//
// Every number of an ABI has a typed call, or stands in untyped.tbl with the reason.
#include <gtest/gtest.h>

#include "syscalls/gen/emit.h"
#include "syscalls/gen/testing_tables.h"

namespace syscalls_gen {
namespace {

bool is_typed(const Abi& abi, const std::string& name) {
  for (const Call& call : tables().calls) {
    if (call.name == name && call_exists(tables(), abi, call)) return true;
  }
  return false;
}

bool is_listed(const Abi& abi, const std::string& name) {
  for (const UntypedCall& call : tables().untyped) {
    if (call.name == name && abi_matches(abi, call.abis)) return true;
  }
  return false;
}

class CoverageTest : public testing::TestWithParam<std::string> {};

TEST_P(CoverageTest, EveryNumberIsTypedOrListed) {
  int typed = 0;
  for (const Abi& abi : tables().abis) {
    if (abi.name != GetParam()) continue;
    for (const auto& [name, number] : numbers_of(tables(), abi)) {
      typed += is_typed(abi, name) ? 1 : 0;
      EXPECT_NE(is_typed(abi, name), is_listed(abi, name))
          << name
          << (is_typed(abi, name) ? " is typed and listed" : " is neither typed nor listed");
    }
  }
  RecordProperty("typed", typed);
  printf("%s: %d typed calls\n", GetParam().c_str(), typed);
  EXPECT_GT(typed, 300);
}

INSTANTIATE_TEST_SUITE_P(Abis, CoverageTest,
                         testing::Values("x86_64", "i386", "aarch64", "arm", "riscv64", "ppc64le",
                                         "s390x", "loongarch64", "mips64el", "mips", "mips64",
                                         "mipsel", "ppc", "ppc64", "riscv32"),
                         [](const auto& info) { return info.param; });

TEST(UntypedTest, EveryRowIsACallOfSomeAbi) {
  for (const UntypedCall& call : tables().untyped) {
    bool found = false;
    for (const auto& [name, numbers] : tables().numbers) {
      found = found || numbers.numbers.contains(call.name);
    }
    EXPECT_TRUE(found) << call.name;
  }
}

}  // namespace
}  // namespace syscalls_gen
