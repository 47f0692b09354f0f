// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "engine/rt/number.h"
#include "engine/rt/packed_names.h"
#include "engine/rt/split.h"
#include "engine/rt/testing.h"
#include "engine/rt/undo.h"
#include "engine/rt/writer.h"
#include "syscalls/sys.h"

namespace nosc {
namespace {

template <class Write>
std::string written(Write write) {
  BufferWriter<256> writer;
  write(writer);
  return std::string(writer.view());
}

std::string error_text(const Error& error) {
  return written([&](Writer& writer) { write_error(writer, error); });
}

TEST(PackedNames, AreTakenWholeAndInTurn) {
  const char* packed = "user\0users\0\0us\0";
  const char* const start = packed;
  using std::string_view_literals::operator""sv;
  EXPECT_FALSE(take_name(packed, "users"));
  EXPECT_TRUE(take_name(packed, "users"));
  EXPECT_TRUE(take_name(packed, ""));
  EXPECT_FALSE(take_name(packed, "user"));
  EXPECT_EQ(packed, start + sizeof "user\0users\0\0us");
  packed = start;
  EXPECT_FALSE(take_name(packed, "user\0users"sv));
  EXPECT_EQ(packed, start + sizeof "user");
  packed = start;
  EXPECT_FALSE(take_name(packed, ""));
  EXPECT_EQ(packed, start + sizeof "user");
}

TEST(Split, TakesWhatStandsBeforeTheSeparator) {
  std::string_view text = "a::bc";
  for (const char* part : {"a", "", "bc", ""}) EXPECT_EQ(take_until(text, ':'), part);
  EXPECT_TRUE(text.empty());
  text = "line\n";
  EXPECT_EQ(take_until(text, '\n'), "line");
  EXPECT_TRUE(text.empty());
}

TEST(Number, ParsesWholeStringsOnly) {
  EXPECT_EQ(parse_decimal("0"), 0u);
  EXPECT_EQ(parse_decimal("007"), 7u);
  EXPECT_EQ(parse_decimal("18446744073709551615"), UINT64_MAX);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616",
                           "99999999999999999999", "184467440737095516150"}) {
    EXPECT_FALSE(parse_decimal(text).has_value()) << text;
  }
  EXPECT_EQ(parse_decimal("255", 255), 255u);
  EXPECT_FALSE(parse_decimal("256", 255).has_value());
  EXPECT_EQ(parse_octal("0755"), 0755u);
  EXPECT_EQ(parse_octal("1777777777777777777777"), UINT64_MAX);
  EXPECT_FALSE(parse_octal("2000000000000000000000").has_value());
  EXPECT_FALSE(parse_octal("8").has_value());
}

TEST(Number, DividesByTen) {
  for (const uint64_t number :
       {uint64_t{0}, uint64_t{9}, uint64_t{10}, uint64_t{65536}, uint64_t{4294967295},
        uint64_t{4294967296}, UINT64_MAX, UINT64_MAX - 6, uint64_t{0x123456789abcdef0}}) {
    uint64_t value = number;
    EXPECT_EQ(divide_by_ten(value), number % 10);
    EXPECT_EQ(value, number / 10);
  }
}

TEST(Writer, FormatsNumbers) {
  EXPECT_EQ(written([](Writer& w) { w.decimal(0).text(" ").decimal(UINT64_MAX); }),
            "0 18446744073709551615");
  EXPECT_EQ(written([](Writer& w) { w.signed_decimal(-1).text(" ").signed_decimal(INT64_MIN); }),
            "-1 -9223372036854775808");
  EXPECT_EQ(
      written([](Writer& w) { w.octal(0755).text(" ").octal(UINT64_MAX).text(" ").octal(0); }),
      "755 1777777777777777777777 0");
  EXPECT_EQ(
      written([](Writer& w) { w.hex(0xdeadbeef).text(" ").hex(UINT64_MAX).text(" ").hex(0); }),
      "deadbeef ffffffffffffffff 0");
}

TEST(Writer, QuotesForJson) {
  EXPECT_EQ(written([](Writer& w) { w.quoted("a\"b\\c\n\x1b\x7f\xc3\xa9"); }),
            "\"a\\\"b\\\\c\\u000a\\u001b\\u007f\xc3\xa9\"");
}

TEST(Writer, WritesPlaces) {
  EXPECT_EQ(written([](Writer& w) { w.place({}); }), "");
  EXPECT_EQ(written([](Writer& w) { w.place({.pointer = "/mounts"}); }), "/mounts");
  EXPECT_EQ(written([](Writer& w) { w.place({"/mounts", 3, "options", 0}); }),
            "/mounts/3/options/0");
  EXPECT_EQ(written([](Writer& w) { w.place({.pointer = "/process", .tail = "cwd"}); }),
            "/process/cwd");
}

TEST(Writer, CutsOffWhatDoesNotFit) {
  char buffer[4];
  Writer writer{std::span<char>(buffer)};
  writer.text("abcd");
  EXPECT_FALSE(writer.truncated());
  writer.text("e");
  EXPECT_TRUE(writer.truncated());
  EXPECT_EQ(writer.view(), "abcd");
}

TEST(Writer, FlushesToItsDescriptor) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  char buffer[8];
  Writer writer(buffer, sys::BorrowedFd::from_raw(ends[1]));
  writer.text("more than eight bytes");
  EXPECT_TRUE(writer.flush().ok());
  close(ends[1]);
  char read_back[64];
  const ssize_t count = read(ends[0], read_back, sizeof read_back);
  close(ends[0]);
  EXPECT_EQ(std::string(read_back, static_cast<size_t>(count)), "more than eight bytes");
}

TEST(Writer, ReportsAFailedWrite) {
  char buffer[4];
  Writer writer(buffer, sys::BorrowedFd::from_raw(-1));
  writer.text("longer than the buffer");
  const auto result = writer.flush();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error(), sys::kEBADF);
}

// The error that a call ends with, in words.
template <class Call>
std::string failed_text(Call call) {
  const auto outcome = outcome_of(call);
  return outcome.ok() ? "no error" : error_text(outcome.error());
}

TEST(Error, IsWordedOnOneLine) {
  EXPECT_EQ(failed_text([] { fail_system("mount", "/proc", sys::kEPERM, {"/mounts", 3}); }),
            "/mounts/3: mount \"/proc\": EPERM");
  EXPECT_EQ(error_text({.code = ErrorCode::kSyntax,
                        .operation = "config.json",
                        .line = 3,
                        .column = 14,
                        .text = "expected ':'"}),
            "config.json: line 3, column 14: expected ':'");
  EXPECT_EQ(failed_text([] { fail_invalid({.pointer = "/process/cwd"}, "is required"); }),
            "/process/cwd: is required");
  EXPECT_EQ(failed_text([] { fail_out_of_memory(); }), "out of memory");
  EXPECT_TRUE(std::is_trivially_copyable_v<Error>);
}

sys::Fd open_for_reading(const char* path) {
  return or_fail(sys::openat(sys::kCwd, sys::CStr::from_terminated(path), sys::kO_RDONLY), "open",
                 path, {.pointer = "/root/path"});
}

TEST(Error, NamesOperationObjectAndPlace) {
  EXPECT_TRUE(open_for_reading("/"));
  EXPECT_EQ(failed_text([] { open_for_reading("/nonexistent"); }),
            "/root/path: open \"/nonexistent\": ENOENT");
}

TEST(Step, EndsWithWhatItWasDoing) {
  begin_step(Step::kMount, 7);
  const Failure failure =
      failure_of([] { or_fail(sys::chdir("/nonexistent"), Operation::kChangeDirectory); });
  EXPECT_EQ(failure.step, Step::kMount);
  EXPECT_EQ(failure.operation, Operation::kChangeDirectory);
  EXPECT_EQ(failure.error, sys::kENOENT.value());
  EXPECT_EQ(failure.index, 7u);
  EXPECT_FALSE(failure_of([] { or_fail(sys::chdir("/"), Operation::kChangeDirectory); }).failed());
}

void append(void* text) { *static_cast<std::string*>(text) += 'u'; }

TEST(Undo, RunsAtTheEndOfItsScope) {
  std::string order;
  {
    const Undo undo(append, &order);
    order += '.';
  }
  EXPECT_EQ(order, ".u");
}

TEST(Undo, IsDismissed) {
  std::string order;
  {
    Undo undo(append, &order);
    undo.dismiss();
  }
  EXPECT_EQ(order, "");
}

TEST(Undo, RunsOnceWhenEverythingIsTakenBack) {
  std::string first;
  std::string second;
  {
    const Undo outer(append, &first);
    const Undo inner(append, &second);
    Undo::all();
    EXPECT_EQ(first + second, "uu");
  }
  EXPECT_EQ(first + second, "uu");
}

}  // namespace
}  // namespace nosc
