// SPDX-License-Identifier: Apache-2.0
#include "syscalls/sys/names.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "syscalls/gen/tables.h"
#include "syscalls/numbers.h"

namespace {

using syscalls_gen::NumberTable;
using X86Names = sys::NameTable<sys::AbiId::kX86_64, sys::AbiId::kI386, sys::AbiId::kX32>;

static_assert(X86Names::number(sys::AbiId::kX86_64, "openat") == sys::nr::kopenat);
static_assert(X86Names::number(sys::AbiId::kI386, "openat") == 295);
static_assert(X86Names::number(sys::AbiId::kX32, "read") == 0x40000000);
static_assert(X86Names::number(sys::AbiId::kAarch64, "openat") == -1);
static_assert(X86Names::name(sys::AbiId::kX86_64, sys::nr::kread).size == 4);

// Beside the code, of which names_of_*_elf_test knows.
static_assert(X86Names::kSizeBytes <= 8 * 1024);
static_assert(sys::AllNames::kSizeBytes <= 40 * 1024);

// The tables themselves, in the order of AbiId: that of the ABIs' names.
std::map<std::string, std::map<std::string, int>> read_tables() {
  std::map<std::string, std::map<std::string, int>> tables;
  for (const auto& entry : std::filesystem::directory_iterator("syscalls/table/numbers")) {
    const auto text = syscalls_gen::read_file(entry.path());
    EXPECT_TRUE(text.ok()) << text.status();
    const auto table = syscalls_gen::parse_numbers(entry.path().string(), *text);
    EXPECT_TRUE(table.ok()) << table.status();
    tables[table->abi] = table->numbers;
  }
  return tables;
}

TEST(Names, AreThoseOfEveryTable) {
  const auto tables = read_tables();
  ASSERT_EQ(tables.size(), 24U);
  std::set<std::string> all;
  for (const auto& [abi, numbers] : tables) {
    for (const auto& [name, number] : numbers) all.insert(name);
  }
  EXPECT_GT(all.size(), 600U);
  int index = 0;
  size_t checked = 0;
  for (const auto& [abi, numbers] : tables) {
    const auto id = static_cast<sys::AbiId>(index++);
    for (const std::string& name : all) {
      const auto number = numbers.find(name);
      const int told = sys::AllNames::number(id, name.data(), name.size());
      EXPECT_EQ(told, number == numbers.end() ? -1 : number->second) << abi << " " << name;
      if (told < 0) continue;
      EXPECT_EQ(sys::AllNames::name(id, told).text, name) << abi << " " << told;
      ++checked;
    }
  }
  EXPECT_GT(checked, 9000U);
  RecordProperty("pairs", static_cast<int>(checked));
}

TEST(Names, AreNotToldOfNumbersThatAreFree) {
  int index = 0;
  for (const auto& [abi, numbers] : read_tables()) {
    const auto id = static_cast<sys::AbiId>(index++);
    std::set<int> used = {};
    for (const auto& [name, number] : numbers) used.insert(number);
    for (int offset = -10; offset < 1500; ++offset) {
      const int number = *used.begin() + offset;
      if (!used.contains(number)) EXPECT_FALSE(sys::AllNames::name(id, number)) << abi << number;
    }
    for (const int number : {-1, INT32_MIN, INT32_MAX, 70000}) {
      EXPECT_FALSE(sys::AllNames::name(id, number)) << abi << number;
    }
  }
}

TEST(Names, AreFoundWholeOnly) {
  for (const std::string name :
       {"", "ope", "opena", "openat22", "a", "zzz", "OPENAT", "read ", "\xff"}) {
    EXPECT_EQ(sys::AllNames::number(sys::AbiId::kX86_64, name.data(), name.size()), -1) << name;
  }
  const std::string with_nul("read\0", 5);
  EXPECT_EQ(sys::AllNames::number(sys::AbiId::kX86_64, with_nul.data(), with_nul.size()), -1);
}

TEST(Names, AreTheSameInASmallTable) {
  const auto tables = read_tables();
  const std::pair<const char*, sys::AbiId> abis[] = {
      {"x86_64", sys::AbiId::kX86_64}, {"i386", sys::AbiId::kI386}, {"x32", sys::AbiId::kX32}};
  for (const auto& [abi, id] : abis) {
    for (const auto& [name, number] : tables.at(abi)) {
      EXPECT_EQ(X86Names::number(id, name.data(), name.size()), number) << abi << " " << name;
      EXPECT_EQ(X86Names::name(id, number).text, name) << abi << " " << number;
    }
  }
  for (const auto& [abi, id] : abis) {
    int numbers[X86Names::kCount];
    X86Names::numbers_by_place(id, numbers);
    size_t found = 0;
    for (const auto& [name, number] : tables.at(abi)) {
      const unsigned place = X86Names::place(name.data(), name.size());
      ASSERT_LT(place, X86Names::kCount) << abi << " " << name;
      EXPECT_EQ(numbers[place], number) << abi << " " << name;
    }
    for (const int number : numbers) found += number >= 0;
    EXPECT_EQ(found, tables.at(abi).size()) << abi;
  }
  EXPECT_EQ(X86Names::place("opena", 5), X86Names::kCount);
  EXPECT_EQ(X86Names::place("", 0), X86Names::kCount);
  RecordProperty("x86_bytes", static_cast<int>(X86Names::kSizeBytes));
  RecordProperty("all_bytes", static_cast<int>(sys::AllNames::kSizeBytes));
}

}  // namespace
