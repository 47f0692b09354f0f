// SPDX-License-Identifier: Apache-2.0
#include "syscalls/gen/tables.h"

#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "syscalls/gen/argument_types.h"

namespace syscalls_gen {
namespace {

constexpr char kAbi[] =
    "abi tiny\nmatch defined(__tiny__)\ntarget tiny-linux\nheaders tiny\nunistd unistd.h\n"
    "word 32\nendian little\ninstruction trap\nnumber r9\narguments r0 r1 r2 r3 r4 r5\n"
    "result r0\nerror negative\npairs aligned\nclone flags stack parent_tid child_tid tls\n";

Tables tiny_tables() {
  Tables tables;
  tables.abis.push_back(*parse_abi("abi/tiny.abi", kAbi));
  tables.numbers["tiny"] = *parse_numbers("numbers/tiny.tbl", "close 6\nread 3\n");
  return tables;
}

std::string complaint(const absl::Status& status) { return std::string(status.message()); }

Abi abi_of(const std::string& name, int word_bits) {
  Abi abi;
  abi.name = name;
  abi.word_bits = word_bits;
  return abi;
}

TEST(SourceTest, RowsKnowTheirLineAndLoseTheirComments) {
  const std::vector<Row> rows = split_rows("t", "# head\n\nread 0  # tail\n  O_X 1\n");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].text, "read 0");
  EXPECT_EQ(rows[0].location.line, 3);
  EXPECT_FALSE(rows[0].indented);
  EXPECT_TRUE(rows[1].indented);
}

TEST(SourceTest, WordsKeepWhatIsInBrackets) {
  EXPECT_EQ(split_words("a:span<const T>  b"), (std::vector<std::string>{"a:span<const T>", "b"}));
}

TEST(AbiTest, ListsSelectByNameAndWord) {
  const Abi abi = *parse_abi("tiny.abi", kAbi);
  EXPECT_TRUE(abi_matches(abi, ""));
  EXPECT_TRUE(abi_matches(abi, "32"));
  EXPECT_TRUE(abi_matches(abi, "64,tiny"));
  EXPECT_TRUE(abi_matches(abi, "!other"));
  EXPECT_FALSE(abi_matches(abi, "64"));
  EXPECT_FALSE(abi_matches(abi, "32,!tiny"));
}

TEST(AbiTest, UnknownKeysAndGapsAreRefused) {
  EXPECT_EQ(complaint(parse_abi("t.abi", "colour blue\n").status()),
            "t.abi:1: unknown key \"colour\"");
  EXPECT_EQ(complaint(parse_abi("t.abi", "abi t\n").status()),
            "t.abi:1: the convention has no \"match\"");
}

TEST(NumbersTest, DuplicatesAreRefused) {
  EXPECT_EQ(complaint(parse_numbers("x.tbl", "read 0\nwrite 0\n").status()),
            "x.tbl:2: write has the number of read");
  EXPECT_EQ(complaint(parse_numbers("x.tbl", "read 0\nread 1\n").status()),
            "x.tbl:2: read is here twice");
  EXPECT_EQ(complaint(parse_numbers("x.tbl", "read zero\n").status()),
            "x.tbl:1: a row is: NAME NUMBER");
}

TEST(FlagsTest, ValuesDifferByAbiAndWord) {
  const auto table = parse_flags("f", "flags F u32 | text\n  A 0x10 tiny=0x20 64=-\n");
  ASSERT_TRUE(table.ok()) << table.status();
  const Constant& constant = table->families[0].constants[0];
  EXPECT_EQ(value_on(constant, abi_of("tiny", 32)).bits, 0x20u);
  EXPECT_EQ(value_on(constant, abi_of("other", 32)).bits, 0x10u);
  EXPECT_EQ(value_on(constant, abi_of("other", 64)).kind, ConstantValue::Kind::kAbsent);
}

TEST(FlagsTest, MistakesAreOneLine) {
  EXPECT_EQ(complaint(parse_flags("f", "flags F u32 | t\n  A 1\n  A 2\n").status()),
            "f:3: A is on line 2 already");
  EXPECT_EQ(complaint(parse_flags("f", "  A 1\n").status()), "f:1: a constant without a family");
  EXPECT_EQ(complaint(parse_flags("f", "enum E i32 | t\n  A one\n").status()),
            "f:2: \"one\" is not a value");
}

TEST(StructsTest, HeadsAndFieldsAreRead) {
  const auto structs = parse_structs(
      "s", "struct P of struct p on 64,!tiny packed on tiny zeroed | a pair\n  u8 a[4] =\n");
  ASSERT_TRUE(structs.ok()) << structs.status();
  const Struct& type = (*structs)[0];
  EXPECT_EQ(type.kernel_type, "struct p");
  EXPECT_EQ(type.abis, "64,!tiny");
  EXPECT_EQ(type.packed_abis, "tiny");
  EXPECT_TRUE(type.zeroed);
  EXPECT_EQ(type.fields[0].array, "[4]");
  EXPECT_EQ(type.fields[0].kernel_field, "a");
}

TEST(CheckTest, UnknownTypesAndCallsAreRefused) {
  Tables tables = tiny_tables();
  tables.calls = *parse_calls("c", "read | fd:fd n:what | size | files | 2.6 | - | Reads\n");
  EXPECT_EQ(complaint(check_tables(tables)), "c:1: n has the unknown type \"what\"");
  tables.calls = *parse_calls("c", "read | fd:fd | what | files | 2.6 | - | Reads\n");
  EXPECT_EQ(complaint(check_tables(tables)), "c:1: read returns the unknown kind \"what\"");
  tables.calls = *parse_calls("c", "rea | fd:fd | size | files | 2.6 | - | Reads\n");
  EXPECT_EQ(complaint(check_tables(tables)), "c:1: no ABI has a call rea");
  tables.calls = *parse_calls("c", "read | nr:fd | size | files | 2.6 | - | Reads\n");
  EXPECT_EQ(complaint(check_tables(tables)), "c:1: an argument cannot be called \"nr\" here");
}

TEST(CheckTest, AbisWithoutNumbersOrConventionAreRefused) {
  Tables tables = tiny_tables();
  tables.numbers["other"] = {"other", {}};
  EXPECT_EQ(complaint(check_tables(tables)),
            "numbers/other.tbl:1: other has no convention and no row in abis.tbl");
  tables.numbers.clear();
  EXPECT_EQ(complaint(check_tables(tables)), "abi/tiny.abi:1: tiny has no numbers");
}

TEST(CheckTest, AbisMayShareNumbers) {
  Tables tables = tiny_tables();
  tables.abis.push_back(*parse_abi(
      "abi/twin.abi", absl::StrReplaceAll(kAbi, {{"abi tiny", "abi twin\nnumbers tiny"}})));
  EXPECT_EQ(complaint(check_tables(tables)), "");
  EXPECT_EQ(&numbers_of(tables, tables.abis[0]), &numbers_of(tables, tables.abis[1]));
  tables.numbers["twin"] = tables.numbers["tiny"];
  EXPECT_EQ(complaint(check_tables(tables)),
            "abi/twin.abi:1: twin has numbers of its own and those of tiny");
}

TEST(CheckTest, AbisOfNumbersAloneHaveThemAndNoConvention) {
  Tables tables = tiny_tables();
  tables.number_abis = *parse_number_abis("abis.tbl", "far | far | u.h | -m32 | a far one\n");
  EXPECT_EQ(complaint(check_tables(tables)), "abis.tbl:1: far has no numbers");
  tables.numbers["far"] = *parse_numbers("numbers/far.tbl", "close 6\n");
  EXPECT_EQ(complaint(check_tables(tables)), "");
  tables.number_abis[0].name = "tiny";
  EXPECT_EQ(complaint(check_tables(tables)),
            "abis.tbl:1: tiny has a convention: it needs no row here");
  EXPECT_EQ(complaint(parse_number_abis("abis.tbl", "far | far\n").status()),
            "abis.tbl:1: an ABI has 5 columns, this has 2");
  EXPECT_EQ(complaint(parse_number_abis("abis.tbl", "a|b|c||d\n").status()),
            "abis.tbl:1: an ABI has no empty column");
  EXPECT_EQ(complaint(parse_number_abis("abis.tbl", "a|b|c|d|e\na|b|c|d|e\n").status()),
            "abis.tbl:2: a is here twice");
}

TEST(CheckTest, ConstantsWithoutValueAreRefused) {
  Tables tables = tiny_tables();
  tables.flags = *parse_flags("f", "flags F u32 | t\n  A ?\n");
  EXPECT_EQ(complaint(check_tables(tables)), "f:2: A has no value yet: import it");
}

TEST(FlagsTest, ASubsetTakesSomeOfASet) {
  const auto table =
      parse_flags("f", "flags F u32 | all\n  A 1\n  B 2\n  C 4\nsubset S of F | some\n  C A\n");
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(member_bits(table->families, table->families[1]), 5u);
  EXPECT_EQ(table->families[1].type, "u32");
  const auto values =
      parse_flags("f", "enum E i32 | all\n  A 1\n  B 1\nsubset S of E | some\n  B\n");
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_EQ(values->families[1].kind, FamilyKind::kEnum);
  EXPECT_FALSE(is_plain_enum(values->families, values->families[0]));
  EXPECT_FALSE(is_plain_enum(values->families, values->families[1]));
  EXPECT_EQ(complaint(parse_flags("f", "subset S of F\n").status()),
            "f:1: a subset is: subset NAME of FAMILY | text");
}

TEST(CallsTest, MalformedRowsAreRefused) {
  EXPECT_EQ(complaint(parse_calls("c", "read | fd:fd | size\n").status()),
            "c:1: a call has 7 columns, this has 3");
  EXPECT_EQ(complaint(parse_calls("c", "read | fd | size | files | 1 | - | R\n").status()),
            "c:1: \"fd\" is not name:type");
  EXPECT_EQ(complaint(parse_calls("c", "read | | size | files | 1 | fast | R\n").status()),
            "c:1: unknown attribute \"fast\"");
}

TEST(DocumentationTest, IntroductionsAreParagraphs) {
  const auto topics = parse_topics("t", "files | Files\n  One\n  line.\n  .\n  Another.\n");
  ASSERT_TRUE(topics.ok()) << topics.status();
  EXPECT_EQ((*topics)[0].introduction, "One\nline.\n\nAnother.\n");
  EXPECT_EQ(complaint(parse_topics("t", "  Alone.\n").status()),
            "t:1: an introduction without a topic");
}

TEST(DocumentationTest, TopicsHaveAnIntroduction) {
  Tables tables = tiny_tables();
  tables.calls = *parse_calls("c", "close | | closed | files | 2.6 | - | Closes\n");
  tables.topics = *parse_topics("t", "files | Files\n");
  EXPECT_EQ(complaint(check_tables(tables)), "t:1: files has no introduction");
}

TEST(DocumentationTest, OneCallsMeaningGoesBeforeThatOfAll) {
  Tables tables;
  tables.meanings = *parse_meanings("m", "fd,n | general\nread.fd | of read\n");
  const Call read = (*parse_calls("c", "read | fd:fd n:int | size | f | 1 | - | R\n"))[0];
  const Call write = (*parse_calls("c", "write | fd:fd m:int | size | f | 1 | - | W\n"))[0];
  EXPECT_EQ(find_meaning(tables, read, read.arguments[0])->text, "of read");
  EXPECT_EQ(find_meaning(tables, read, read.arguments[1])->text, "general");
  EXPECT_EQ(find_meaning(tables, write, write.arguments[0])->text, "general");
  EXPECT_EQ(find_meaning(tables, write, write.arguments[1]), nullptr);
}

TEST(DocumentationTest, ErrorsAreOfSeveralCalls) {
  const auto rows = parse_call_errors("e", "a,b | EIO,EPERM | broken\na | !EINVAL | ignored\n");
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_EQ((*rows)[0].calls, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ((*rows)[0].errors, (std::vector<std::string>{"EIO", "EPERM"}));
  EXPECT_FALSE((*rows)[0].never);
  EXPECT_EQ((*rows)[1].errors, std::vector<std::string>{"EINVAL"});
  EXPECT_TRUE((*rows)[1].never);
}

TEST(ArgumentTest, WideNumbersAreSplitOn32Bits) {
  const Tables tables = tiny_tables();
  const auto wide = expand_argument(tables, tables.abis[0], {"c", 1}, {"offset", "i64", ""});
  ASSERT_TRUE(wide.ok());
  ASSERT_EQ(wide->operands.size(), 2u);
  EXPECT_TRUE(wide->operands[0].pair_start);
  EXPECT_EQ(wide->operands[1].expression,
            "static_cast<uint32_t>(static_cast<uint64_t>(offset) >> 32)");
}

}  // namespace
}  // namespace syscalls_gen
