// SPDX-License-Identifier: Apache-2.0
//
// The importer's questions to the compiler, over headers that the test has written.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "syscalls/gen/differences.h"
#include "syscalls/gen/facts.h"

namespace syscalls_gen {
namespace {

namespace fs = std::filesystem;

constexpr char kNumbers[] =
    "#define __NR_read 0\n"
    "#define __NR_write 1\n"
    "#define __NR_old (__NR_base + 7)\n"
    "#define __NR_syscalls 8\n";

class ProbeTest : public testing::Test {
 protected:
  void SetUp() override {
    write("lib/linux/uapi/x86/asm/unistd.h",
          "#define __NR_base 0x100\n#include <asm/unistd_64.h>\n");
    write("include/stddef.h", "");
  }

  void write(const std::string& name, const std::string& text) {
    const fs::path path = root_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  absl::StatusOr<Facts> probe(const std::string& numbers) {
    write("lib/linux/uapi/x86/asm/unistd_64.h", numbers);
    const HeaderSource source{getenv("NOSC_CLANG_PROGRAM"), root_, ""};
    return probe_numbers(source, {.location = {"abis.tbl", 3},
                                  .name = "doctored",
                                  .headers = "x86",
                                  .unistd = "unistd_64.h",
                                  .compiler_flags = "--target=x86_64-linux-gnu",
                                  .text = ""});
  }

 private:
  fs::path root_ = fs::path(testing::TempDir()) / "headers";
};

TEST_F(ProbeTest, NumbersAreWhatTheCompilerMakesOfThem) {
  const auto facts = probe(kNumbers);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(*facts, (Facts{{"nr read", 0}, {"nr write", 1}, {"nr old", 0x107}}));
}

TEST_F(ProbeTest, ADoctoredHeaderIsReported) {
  const auto older = probe(kNumbers);
  const auto newer = probe(
      "#define __NR_read 0\n"
      "#define __NR_write 11\n"
      "#define __NR_new 12\n");
  ASSERT_TRUE(older.ok()) << older.status();
  ASSERT_TRUE(newer.ok()) << newer.status();
  EXPECT_EQ(differences({{"doctored", *older}}, {{"doctored", *newer}}),
            "changed: nr write 1 -> 11 on doctored\n"
            "gone: nr old 263 on doctored\n"
            "new: nr new 12 on doctored\n");
}

TEST_F(ProbeTest, ANumberThatIsNoneIsNamedByItsTable) {
  const auto facts = probe("#define __NR_read 0\n#define __NR_write nowhere\n");
  ASSERT_FALSE(facts.ok());
  EXPECT_EQ(facts.status().message(),
            "abis.tbl:3: doctored: 2 numbers in unistd_64.h, and the compiler knows 1");
}

TEST_F(ProbeTest, AHeaderThatDoesNotCompileIsAnError) {
  const auto facts = probe("#define __NR_read 0\n#error broken\n");
  ASSERT_FALSE(facts.ok());
  EXPECT_NE(facts.status().message().find("broken"), std::string::npos) << facts.status();
}

TEST_F(ProbeTest, AMissingHeaderIsAnError) {
  const HeaderSource source{getenv("NOSC_CLANG_PROGRAM"), testing::TempDir() + "/nowhere", ""};
  EXPECT_FALSE(probe_numbers(source, {}).ok());
}

}  // namespace
}  // namespace syscalls_gen
