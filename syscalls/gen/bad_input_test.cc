// SPDX-License-Identifier: Apache-2.0
//
// Bad tables given to the generator itself: one line with file and line number, exit status 1, and
// nothing is written.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace {

using Files = std::map<std::string, std::string>;

// A whole of small tables that the generator takes.
Files good_tables() {
  return {
      {"abi/tiny.abi",
       "abi tiny\nmatch defined(__tiny__)\ntarget tiny-linux\nheaders tiny\nunistd unistd.h\n"
       "word 32\nendian little\ninstruction trap\nnumber r9\narguments r0 r1 r2 r3 r4 r5\n"
       "result r0\nerror negative\npairs aligned\nclone flags stack parent_tid child_tid tls\n"},
      {"table/numbers/tiny.tbl", "read 3\nwrite 4\nclose 6\ngetrandom 355\n"},
      {"table/calls/files.tbl",
       "read | fd:fd buffer:buffer | size | files | 2.6 | - | Reads\n"
       "write | fd:fd data:bytes flags:int | size | files | 2.6 | - | Writes\n"},
      {"table/flags/files.tbl", "constants BorrowedFd | the current folder\n  AT_FDCWD -100\n"},
      {"table/errno.tbl", "constants i32 | error numbers\n  ENOENT 2\n"},
      {"table/errno_messages.tbl", "ENOENT | none\n"},
      {"table/errors.tbl", "read | ENOENT | gone\n"},
      {"table/topics.tbl", "files | Files\n  Paths and more.\n"},
      {"table/arguments.tbl", "fd | what it acts on\nbuffer,data,flags | more\n"},
      {"table/structs.tbl", "struct Pair of struct pair zeroed | two\n  u64 a =\n"},
  };
}

struct Outcome {
  int status = -1;
  std::string said;
  bool wrote = false;
};

// Runs the generator on tables in a folder of their own.
Outcome generate(const Files& files) {
  const std::filesystem::path root = std::filesystem::path(getenv("TEST_TMPDIR")) / "case";
  std::filesystem::remove_all(root);
  std::string command = absl::StrCat("syscalls/gen/generate --out=", (root / "out").string());
  for (const auto& [name, text] : files) {
    std::filesystem::create_directories((root / name).parent_path());
    std::ofstream(root / name) << text;
    absl::StrAppend(&command, " ", (root / name).string());
  }
  Outcome outcome;
  FILE* pipe = popen(absl::StrCat(command, " 2>&1").c_str(), "r");
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) outcome.said.append(buffer, n);
  const int status = pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  outcome.wrote = std::filesystem::exists(root / "out");
  return outcome;
}

TEST(GoodInputTest, IsTaken) {
  const Outcome outcome = generate(good_tables());
  EXPECT_EQ(outcome.status, 0) << outcome.said;
  EXPECT_EQ(outcome.said, "");
  EXPECT_TRUE(outcome.wrote);
}

// One mistake: a file, what is added to it, and what is said of it.
struct Mistake {
  const char* name;
  const char* file;
  const char* added;
  const char* complaint;
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class BadInputTest : public testing::TestWithParam<Mistake> {};

TEST_P(BadInputTest, IsOneLineAndNothingIsGenerated) {
  const Mistake& mistake = GetParam();
  Files files = good_tables();
  files[mistake.file] += mistake.added;
  const Outcome outcome = generate(files);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.said.find('\n'), outcome.said.size() - 1) << outcome.said;
  // A file that only its name is known of is named without its folder.
  const std::string_view place = absl::StripPrefix(mistake.file, "table/");
  EXPECT_TRUE(absl::EndsWith(outcome.said, absl::StrCat(place, ":", mistake.complaint, "\n")))
      << outcome.said;
  EXPECT_FALSE(outcome.wrote);
}

constexpr const char* kCalls = "table/calls/files.tbl";
constexpr const char* kFlags = "table/flags/files.tbl";
constexpr const char* kStructs = "table/structs.tbl";
constexpr const char* kShown = "table/shown.tbl";
constexpr const char* kMessages = "table/errno_messages.tbl";
constexpr const char* kTopics = "table/topics.tbl";
constexpr const char* kMeanings = "table/arguments.tbl";
constexpr const char* kErrors = "table/errors.tbl";
constexpr const char* kNumbers = "table/numbers/tiny.tbl";

INSTANTIATE_TEST_SUITE_P(
    Mistakes, BadInputTest,
    testing::Values(
        Mistake{"duplicate_number", kNumbers, "open 3\n", "5: open has the number of read"},
        Mistake{"duplicate_name", kNumbers, "read 9\n", "5: read is here twice"},
        Mistake{"no_number", kNumbers, "open\n", "5: a row is: NAME NUMBER"},
        Mistake{"shown_without_type", kShown, "Pair a\n",
                "1: a row is: CALL REQUEST TYPE or STRUCT FIELD TYPE"},
        Mistake{"shown_of_nothing", kShown, "read what int\n", "1: read has no what"},
        Mistake{"shown_as_what", kShown, "Pair a what\n", "1: unknown type \"what\""},
        Mistake{"message_without_text", kMessages, "ENOENT\n", "2: a message is: NAME | text"},
        Mistake{"message_of_nothing", kMessages, "ENOTHING | none\n",
                "2: ENOTHING is no error of errno.tbl"},
        Mistake{"message_twice", kMessages, "ENOENT | b\n", "2: ENOENT is here twice"},
        Mistake{"abi_without_convention", "table/numbers/far.tbl", "read 3\n",
                "1: far has no convention and no row in abis.tbl"},
        Mistake{"abi_without_numbers", "table/abis.tbl", "far | far | u.h | -m32 | a far one\n",
                "1: far has no numbers"},
        Mistake{"unknown_type", kCalls, "getrandom | n:what | size | files | 3.17 | - | Fills\n",
                "3: n has the unknown type \"what\""},
        Mistake{"pointer_without_role", kCalls,
                "getrandom | buffer:char* size:size | size | files | 3.17 | - | Fills\n",
                "3: buffer has the unknown type \"char*\""},
        Mistake{"unknown_struct", kCalls,
                "getrandom | pair:in<Pear> | size | files | 3.17 | - | Fills\n",
                "3: pair is of the unknown struct or type \"Pear\""},
        Mistake{"unknown_return", kCalls, "getrandom | | what | files | 3.17 | - | Fills\n",
                "3: getrandom returns the unknown kind \"what\""},
        Mistake{"unknown_attribute", kCalls, "getrandom | | int | files | 3.17 | fast | Fills\n",
                "3: unknown attribute \"fast\""},
        Mistake{"unknown_abi", kCalls, "getrandom | | int | files | 3.17 | abi=tyni | Fills\n",
                "3: \"tyni\" is no ABI"},
        Mistake{"unknown_call", kCalls, "getrand | | int | files | 3.17 | - | Fills\n",
                "3: no ABI has a call getrand"},
        Mistake{"missing_column", kCalls, "getrandom | | int\n",
                "3: a call has 7 columns, this has 3"},
        Mistake{
            "too_many_registers", kCalls,
            "getrandom | fd:u64 buffer:u64 data:u64 flags:int | int | files | 3.17 | - | Fills\n",
            "3: getrandom takes more registers than tiny has"},
        Mistake{"row_twice", kCalls, "read | fd:fd data:buffer | size | files | 2.6 | - | Reads\n",
                "3: read is here twice"},
        Mistake{"value_missing", kFlags, "  AT_OTHER ?\n",
                "3: AT_OTHER has no value yet: import it"},
        Mistake{"value_of_no_abi", kFlags, "  AT_OTHER 1 tyni=2\n", "3: \"tyni\" is no ABI"},
        Mistake{"constant_twice", "table/flags/more.tbl", "constants u32 | more\n  AT_FDCWD 1\n",
                "2: AT_FDCWD is a constant already"},
        Mistake{"family_without_type", kFlags, "enum E what | one\n  A 1\n",
                "3: unknown type \"what\""},
        Mistake{"struct_twice", kStructs, "struct Pair | two\n  u64 a\n",
                "3: Pair is defined twice for tiny"},
        Mistake{"field_of_unknown_type", kStructs, "struct Third | three\n  what a\n",
                "4: a has the unknown type \"what\""},
        Mistake{"family_of_no_topic", kFlags, "topic food\nconstants u32 | plain\n  A 1\n",
                "4: \"food\" is no topic"},
        Mistake{"struct_of_no_topic", kStructs, "topic food\nstruct Third | three\n  u64 a\n",
                "4: \"food\" is no topic"},
        Mistake{"struct_of_no_abi", kStructs, "struct Third on tyni | three\n  u64 a\n",
                "3: \"tyni\" is no ABI"},
        Mistake{"unknown_key", "abi/tiny.abi", "colour blue\n", "15: unknown key \"colour\""},
        Mistake{"untyped_without_reason", "table/untyped.tbl", "getrandom | -\n",
                "1: an untyped call is: NAME | ABIS | why"},
        Mistake{"untyped_of_no_abi", "table/untyped.tbl", "getrandom | tyni | gone\n",
                "1: \"tyni\" is no ABI"},
        Mistake{"unknown_topic", kCalls, "close | fd:int | closed | food | 2.6 | - | Closes\n",
                "3: topics.tbl has no topic \"food\""},
        Mistake{"topic_without_calls", kTopics, "none | nothing\n", "3: none has no calls"},
        Mistake{"topic_without_title", kTopics, "none\n",
                "3: a topic is: TOPIC | what it is about"},
        Mistake{"topic_twice", kTopics, "files | again\n", "3: files is here twice"},
        Mistake{"argument_without_meaning", kCalls,
                "getrandom | n:int | size | files | 3.17 | - | Fills\n",
                "3: getrandom: n has no meaning in arguments.tbl"},
        Mistake{"meaning_twice", kMeanings, "fd | again\n", "3: fd is here twice"},
        Mistake{"meaning_without_text", kMeanings, "n\n",
                "3: a meaning is: NAME[,NAME...] | meaning"},
        Mistake{"meaning_without_name", kMeanings, "n, | a number\n",
                "3: a meaning is: NAME[,NAME...] | meaning"},
        Mistake{"meaning_of_nothing", kMeanings, "n | a number\n",
                "3: no call takes its meaning of n from here"},
        Mistake{"meaning_of_no_argument", kMeanings, "read.data | what is read\n",
                "3: read has no argument data"},
        Mistake{"meaning_of_no_call", kMeanings, "reed.buffer | what is read\n",
                "3: reed has no argument buffer"},
        Mistake{"error_of_no_call", kErrors, "read,getrand | ENOENT | never\n",
                "2: the tables have no call getrand"},
        Mistake{"error_that_is_none", kErrors, "read | ENOENT,ENOTHING | never\n",
                "2: ENOTHING is no error of errno.tbl"},
        Mistake{"error_that_is_none_either", kErrors, "read | !ENOTHING | never\n",
                "2: ENOTHING is no error of errno.tbl"},
        Mistake{"error_twice", kErrors, "write,read | ENOENT | gone\n",
                "2: read has ENOENT with these words on line 1 already"},
        Mistake{"error_without_when", kErrors, "read | ENOENT\n",
                "2: an error is: CALL[,CALL...] | [!]ERRNO[,ERRNO...] | when"},
        Mistake{"error_without_name", kErrors, "read | ENOENT, | gone\n",
                "2: an error is: CALL[,CALL...] | [!]ERRNO[,ERRNO...] | when"},
        Mistake{"unknown_table", "table/other.tbl", "a b\n", "1: not a table that is known"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
