// SPDX-License-Identifier: Apache-2.0
//
// The tables against the facts that were imported from the kernel's headers: by value and, for
// numbers and errors, as sets.
#include "syscalls/gen/facts.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "absl/strings/match.h"

namespace syscalls_gen {
namespace {

std::vector<std::string> files_below(const std::string& folder, const std::string& extension) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == extension) paths.push_back(entry.path().string());
  }
  return paths;
}

const Tables& tables() {
  static const auto& loaded = *new absl::StatusOr<Tables>([] {
    std::vector<std::string> paths = files_below("syscalls/abi", ".abi");
    const std::vector<std::string> more = files_below("syscalls/table", ".tbl");
    paths.insert(paths.end(), more.begin(), more.end());
    return load_tables(paths);
  }());
  if (!loaded.ok()) ADD_FAILURE() << loaded.status();
  return *loaded;
}

class FactsTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const std::string path = "syscalls/table/headers/" + GetParam() + ".facts";
    const auto text = read_file(path);
    ASSERT_TRUE(text.ok()) << text.status();
    auto facts = parse_facts(path, *text);
    ASSERT_TRUE(facts.ok()) << facts.status();
    facts_ = *facts;
    for (const Abi& abi : tables().abis) {
      if (abi.name == GetParam()) abi_ = abi;
    }
    ASSERT_EQ(abi_.name, GetParam());
  }

  Facts facts_;
  Abi abi_;
};

TEST_P(FactsTest, NumbersAreTheHeadersAsASet) {
  std::map<std::string, int> expected;
  for (const auto& [key, value] : facts_) {
    if (absl::StartsWith(key, "nr ")) expected[key.substr(3)] = static_cast<int>(value);
  }
  EXPECT_GT(expected.size(), 300u);
  EXPECT_EQ(numbers_of(tables(), abi_), expected);
}

TEST_P(FactsTest, EveryConstantHasAFactOrItsSourceInLibc) {
  for (const Family& family : tables().flags.families) {
    for (const Constant& constant : family.constants) {
      const ConstantValue& value = value_on(constant, abi_);
      const auto fact = facts_.find("const " + constant.name);
      if (constant.from_libc || value.kind == ConstantValue::Kind::kAbsent) continue;
      ASSERT_NE(fact, facts_.end()) << constant.name;
      const uint64_t difference = value.bits ^ fact->second;
      const bool wide = absl::EndsWith(family.type, "64");
      EXPECT_EQ(wide ? difference : difference << 32, 0u) << constant.name;
    }
  }
}

TEST_P(FactsTest, ErrorsAreTheHeaders) {
  for (const Family& family : tables().errors.families) {
    for (const Constant& constant : family.constants) {
      const ConstantValue& value = value_on(constant, abi_);
      const auto fact = facts_.find("const " + constant.name);
      const bool absent = value.kind == ConstantValue::Kind::kAbsent;
      ASSERT_EQ(absent, fact == facts_.end()) << constant.name;
      if (!absent) EXPECT_EQ(value.bits, fact->second) << constant.name;
    }
  }
}

TEST_P(FactsTest, EveryComparedStructHasItsLayout) {
  for (const Struct& type : tables().structs) {
    if (type.kernel_type.empty() || !abi_matches(abi_, type.abis)) continue;
    EXPECT_TRUE(facts_.contains("size " + type.name)) << type.name;
    for (const Field& field : type.fields) {
      if (field.kernel_field.empty() || !abi_matches(abi_, field.abis)) continue;
      EXPECT_TRUE(facts_.contains("offset " + type.name + "." + field.name))
          << type.name << "." << field.name;
    }
  }
}

// The ABIs of the kernel's headers, each with its numbers in a table of its own.
class NumbersTest : public testing::TestWithParam<const char*> {};

TEST_P(NumbersTest, AreTheHeadersAsASet) {
  const std::string path = absl::StrCat("syscalls/table/headers/", GetParam(), ".facts");
  const auto text = read_file(path);
  ASSERT_TRUE(text.ok()) << text.status();
  const auto facts = parse_facts(path, *text);
  ASSERT_TRUE(facts.ok()) << facts.status();
  std::map<std::string, int> expected;
  for (const auto& [key, value] : *facts) {
    if (absl::StartsWith(key, "nr ")) expected[key.substr(3)] = static_cast<int>(value);
  }
  EXPECT_GT(expected.size(), 300u);
  ASSERT_TRUE(tables().numbers.contains(GetParam()));
  EXPECT_EQ(tables().numbers.at(GetParam()).numbers, expected);
}

INSTANTIATE_TEST_SUITE_P(Abis, NumbersTest,
                         testing::Values("x86_64", "x32", "i386", "aarch64", "arm", "arm_oabi",
                                         "riscv64", "riscv32", "loongarch64", "loongarch32",
                                         "ppc64le", "ppc", "s390x", "mips", "mipsn32", "mips64el",
                                         "sparc64", "sparc", "parisc64", "parisc", "m68k", "sh",
                                         "alpha", "arc"),
                         [](const auto& info) { return info.param; });

TEST(NumbersTest, EveryTableIsOneOfThe24) { EXPECT_EQ(tables().numbers.size(), 24u); }

INSTANTIATE_TEST_SUITE_P(Abis, FactsTest,
                         testing::Values("x86_64", "i386", "aarch64", "arm", "riscv64", "riscv32",
                                         "ppc64le", "ppc64", "ppc", "s390x", "loongarch64", "mips",
                                         "mipsel", "mips64", "mips64el"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace syscalls_gen
