// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/emit.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"

namespace syscalls_gen {
namespace {

Abi tiny_abi() {
  Abi abi;
  abi.name = "tiny";
  abi.word_bits = 32;
  abi.instruction = "trap";
  abi.number_register = "r9";
  abi.arguments = {"r0", "r1", "r2", "r3", "r4", "r5"};
  abi.result_register = "r0";
  abi.aligned_pairs = true;
  return abi;
}

TEST(InstructionTest, OperandsGoToTheirRegisters) {
  const std::string text = emit_instruction(tiny_abi(), "5", {{"int", "fd"}}, true);
  EXPECT_EQ(text,
            "  register int nr asm(\"r9\") = 5;\n"
            "  register int in0 asm(\"r0\") = fd;\n"
            "  register long result asm(\"r0\");\n"
            "  asm volatile(\"trap\"\n"
            "               : \"=r\"(result)\n"
            "               : \"r\"(nr), \"r\"(in0)\n"
            "               : \"memory\");\n");
}

TEST(InstructionTest, SplitNumbersBeginAtAnEvenRegister) {
  const std::vector<Operand> operands = {
      {"int", "fd"}, {"uint32_t", "low", true, true}, {"uint32_t", "high", true}};
  const std::string text = emit_instruction(tiny_abi(), "5", operands, true);
  EXPECT_TRUE(absl::StrContains(text, "asm(\"r2\") = low")) << text;
  EXPECT_TRUE(absl::StrContains(text, "asm(\"r3\") = high")) << text;
}

TEST(InstructionTest, ArgumentsThatTheKernelOverwritesAreOutputsToo) {
  Abi abi = tiny_abi();
  abi.clobbers = {"r0", "r7"};
  const std::string text = emit_instruction(abi, "5", {{"int", "fd"}}, true);
  EXPECT_TRUE(absl::StrContains(text, "\"=r\"(result), \"+r\"(in0)")) << text;
  EXPECT_TRUE(absl::StrContains(text, ": \"r7\", \"memory\"")) << text;
}

TEST(InstructionTest, AFlagRegisterMakesTheResultNegative) {
  Abi abi = tiny_abi();
  abi.error = ErrorConvention::kFlagRegister;
  abi.flag_register = "r3";
  const std::string text = emit_instruction(abi, "5", {}, true);
  EXPECT_TRUE(absl::StrContains(text, "if (failed != 0) result = -result;")) << text;
}

TEST(InstructionTest, ANumberRegisterThatMayBeTheFramePointerIsKept) {
  Abi abi = tiny_abi();
  abi.number_saved_in = "r8";
  abi.number_saved_when = "defined(__frame__)";
  const std::string text = emit_instruction(abi, "5", {}, true);
  EXPECT_TRUE(absl::StrContains(text, "#if defined(__frame__)")) << text;
  EXPECT_TRUE(absl::StrContains(text, "mov r9, %[number]")) << text;
  EXPECT_TRUE(absl::StrContains(text, "[number] \"i\"(5)")) << text;
}

TEST(TopicTest, ACallThatTheAbiLacksDoesNotExist) {
  Tables tables;
  tables.abis = {tiny_abi()};
  tables.numbers["tiny"] = {"tiny", {{"dup", 41}}};
  tables.calls = *parse_calls("c",
                              "dup | fd:fd | fd | files | 2.6 | - | Copies\n"
                              "open | path:cstr | fd | files | 2.6 | - | Opens\n");
  const auto text = emit_topic(tables, tables.abis[0], "files");
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_TRUE(absl::StrContains(*text, "inline Result<Fd> dup(BorrowedFd fd) {")) << *text;
  EXPECT_FALSE(absl::StrContains(*text, "open(")) << *text;
}

TEST(TopicTest, TooManyRegistersAreRefused) {
  Tables tables;
  tables.abis = {tiny_abi()};
  tables.numbers["tiny"] = {"tiny", {{"dup", 41}}};
  tables.calls =
      *parse_calls("c", "dup | a:i64 b:i64 c:i64 d:int | fd | files | 2.6 | - | Copies\n");
  EXPECT_EQ(emit_topic(tables, tables.abis[0], "files").status().message(),
            "c:1: dup takes more registers than tiny has");
}

TEST(ErrorNamesTest, NumbersFarOutAreComparedOneByOne) {
  Tables tables;
  tables.abis = {tiny_abi()};
  tables.errors = *parse_flags("e", "constants i32 | errors\n  EPERM 1\n  EDQUOT 1133\n");
  const std::string text = emit_errors(tables, tables.abis[0]);
  EXPECT_TRUE(absl::StrContains(text, "inline constexpr Errno kEPERM{1};")) << text;
  EXPECT_TRUE(absl::StrContains(text, "if (error.value() == 1133) return \"EDQUOT\";")) << text;
}

}  // namespace
}  // namespace syscalls_gen
