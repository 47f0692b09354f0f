// SPDX-License-Identifier: Apache-2.0
#include "engine/json/json.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/rt/testing.h"

namespace nosc::json {
namespace {

// Keeps the text and the arena of a document alive.
struct Parsed {
  explicit Parsed(std::string source)
      : text(std::move(source)),
        result(outcome_of([&] { return parse({text.data(), text.size()}, {}, arena); })) {}

  std::string message() const {
    BufferWriter<256> writer;
    if (!result.ok()) write_error(writer, result.error());
    return std::string(writer.view());
  }
  std::string_view string() const { return result->text(Document::kRoot); }

  std::string text;
  Arena arena;
  Outcome<Document> result;
};

std::string error_of(std::string text) { return Parsed(std::move(text)).message(); }

TEST(Json, ReadsEveryType) {
  Parsed parsed(R"( {"n": null, "f": false, "t": true, "i": -1, "s": "x", "a": [1, 2], "o": {}} )");
  ASSERT_TRUE(parsed.result.ok()) << parsed.message();
  const Document& document = *parsed.result;
  EXPECT_EQ(document.type(0), Type::kObject);
  EXPECT_EQ(document.count(0), 7u);
  EXPECT_EQ(document.type(document.find(0, "n")), Type::kNull);
  EXPECT_EQ(document.type(document.find(0, "f")), Type::kFalse);
  EXPECT_EQ(document.type(document.find(0, "t")), Type::kTrue);
  EXPECT_EQ(document.text(document.find(0, "i")), "-1");
  EXPECT_EQ(document.text(document.find(0, "s")), "x");
  EXPECT_EQ(document.count(document.find(0, "a")), 2u);
  EXPECT_EQ(document.count(document.find(0, "o")), 0u);
  EXPECT_EQ(document.find(0, "missing"), Document::kRoot);
}

TEST(Json, ReadsScalarsAtTheRoot) {
  EXPECT_EQ(error_of("1"), "");
  EXPECT_EQ(error_of("-0.5e+3"), "");
  EXPECT_EQ(error_of("\"\""), "");
  EXPECT_EQ(error_of("\t\r\n null \n"), "");
}

TEST(Json, UnescapesInPlaceAndTerminates) {
  Parsed parsed(R"("a\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00z")");
  ASSERT_TRUE(parsed.result.ok()) << parsed.message();
  const std::string expected = "a\"\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
  EXPECT_EQ(parsed.string(), expected);
  EXPECT_EQ(std::string(parsed.string().data()), expected);
}

TEST(Json, KeepsAnEscapedNul) {
  Parsed parsed("\"a\\u0000b\"");
  ASSERT_TRUE(parsed.result.ok());
  EXPECT_EQ(parsed.string(), std::string_view("a\0b", 3));
}

TEST(Json, NamesLineColumnAndWhatWasExpected) {
  EXPECT_EQ(error_of(""), "line 1, column 1: expected a value");
  EXPECT_EQ(error_of("{"), "line 1, column 2: expected a key in '\"'");
  EXPECT_EQ(error_of("{\n \"a\": 1,\n}"), "line 3, column 1: expected a key in '\"'");
  EXPECT_EQ(error_of("{\n \"a\\n\" 1}"), "line 2, column 8: expected ':'");
  EXPECT_EQ(error_of("{\"a\":1 \"b\":2}"), "line 1, column 8: expected ',' or '}'");
  EXPECT_EQ(error_of("[1 2]"), "line 1, column 4: expected ',' or ']'");
  EXPECT_EQ(error_of("[1,]"), "line 1, column 4: expected a value");
  EXPECT_EQ(error_of("[,1]"), "line 1, column 2: expected a value");
  EXPECT_EQ(error_of("[1}"), "line 1, column 3: expected ',' or ']'");
  EXPECT_EQ(error_of("{} {}"), "line 1, column 4: expected nothing more");
  EXPECT_EQ(error_of("nul"), "line 1, column 4: expected true, false or null");
  EXPECT_EQ(error_of("'a'"), "line 1, column 1: expected a value");
  EXPECT_EQ(error_of("\xef\xbb\xbf{}"), "line 1, column 1: expected a value");
  EXPECT_EQ(error_of(std::string("[\0]", 3)), "line 1, column 2: expected a value");
}

TEST(Json, RefusesMalformedStrings) {
  EXPECT_EQ(error_of("\"abc"), "line 1, column 5: expected '\"' before the end of the text");
  EXPECT_EQ(error_of("\"a\nb\""), "line 1, column 3: expected no control character in a string");
  EXPECT_EQ(error_of(std::string("\"\0\"", 3)),
            "line 1, column 2: expected no control character in a string");
  for (const char* escape : {"\\x", "\\u12", "\\u12g4", "\\ud800", "\\ud800\\u0041", "\\udc00",
                             "\\ud800\\n", "\\U0041"}) {
    EXPECT_EQ(error_of(std::string("\"") + escape + "\""),
              "line 1, column 2: expected a valid escape")
        << escape;
  }
  for (const char* bytes : {"\x80", "\xc1\x81", "\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",
                            "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(error_of(std::string("\"") + bytes + "\""), "line 1, column 2: expected valid UTF-8");
  }
}

TEST(Json, RefusesMalformedNumbers) {
  for (const char* number : {"-", "01", "-01", "1.", "1.e3", "1e", "1e+", ".5", "+1", "0x10", "1_0",
                             "NaN", "-Infinity", "- 1"}) {
    EXPECT_NE(error_of(number), "") << number;
  }
}

TEST(Json, LimitsDepthWithoutRecursion) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(error_of(nested(64)), "");
  EXPECT_EQ(error_of(nested(1024)), "");
  EXPECT_EQ(error_of(nested(1025)),
            "line 1, column 1025: nested too deeply: more than 1024 levels");
  EXPECT_NE(error_of(std::string(1000000, '[')), "");
}

TEST(Json, RefusesRepeatedKeysByTheirPointer) {
  EXPECT_EQ(error_of(R"({"a": 1, "a": 2})"), "/a: appears twice");
  EXPECT_EQ(error_of(R"({"a": 1, "\u0061": 2})"), "/a: appears twice");
  EXPECT_EQ(error_of(R"({"x": [0, {"b/c~": 1, "d": 2, "b/c~": 3}]})"),
            "/x/1/b~1c~0: appears twice");
  EXPECT_EQ(error_of(R"({"a": {"b": 1}, "b": {"b": 1}})"), "");
}

std::string object_of(size_t members, std::string_view extra) {
  std::string text = "{";
  for (size_t i = 0; i < members; ++i) text += "\"key" + std::to_string(i) + "\": [{}],";
  return text + std::string(extra) + ": 1}";
}

TEST(Json, FindsRepeatedKeysInLargeObjects) {
  EXPECT_EQ(error_of(object_of(100000, "\"other\"")), "");
  EXPECT_EQ(error_of(object_of(100000, "\"key777\"")), "/key777: appears twice");
  EXPECT_EQ(error_of(object_of(25, "\"key0\"")), "/key0: appears twice");
}

Integer integer_of(std::string text) {
  Parsed parsed(std::move(text));
  EXPECT_TRUE(parsed.result.ok());
  return parsed.result->integer(Document::kRoot);
}

TEST(Json, ReadsIntegers) {
  EXPECT_EQ(integer_of("0").magnitude, 0u);
  EXPECT_EQ(integer_of("-0").magnitude, 0u);
  EXPECT_EQ(integer_of("18446744073709551615").magnitude, UINT64_MAX);
  EXPECT_EQ(integer_of("-9223372036854775808").magnitude, uint64_t{1} << 63);
  EXPECT_TRUE(integer_of("-9223372036854775808").negative);
}

TEST(Json, RefusesWhatIsNoIntegerOrTooLarge) {
  EXPECT_EQ(integer_of("0.5").status, IntegerStatus::kNotInteger);
  EXPECT_EQ(integer_of("1.0").status, IntegerStatus::kNotInteger);
  EXPECT_EQ(integer_of("1e3").status, IntegerStatus::kNotInteger);
  EXPECT_EQ(integer_of("99999999999999999999e1").status, IntegerStatus::kNotInteger);
  EXPECT_EQ(integer_of("18446744073709551616").status, IntegerStatus::kOutOfRange);
  EXPECT_EQ(integer_of("1" + std::string(2000, '0')).status, IntegerStatus::kOutOfRange);
}

TEST(Json, WritesPointers) {
  Parsed parsed(R"({"a": [[], [5, {"b": "x\u001b"}]], "c\n": {}})");
  ASSERT_TRUE(parsed.result.ok());
  const Document& document = *parsed.result;
  std::vector<std::string> pointers;
  for (Index index = 0; index != document.end(0); ++index) {
    BufferWriter<64> writer;
    document.write_pointer(writer, index);
    pointers.emplace_back(writer.view());
  }
  const std::vector<std::string> expected = {"/",        "/a",        "/a",       "/a/0",
                                             "/a/1",     "/a/1/0",    "/a/1/1",   "/a/1/1/b",
                                             "/a/1/1/b", "/c\\u000a", "/c\\u000a"};
  EXPECT_EQ(pointers, expected);
}

TEST(Json, ReadsALargeText) {
  std::string text = "[";
  while (text.size() < (16u << 20))
    text += R"({"destination": "/data", "options": ["ro", "bind"]},)";
  text += "0]";
  Parsed parsed(std::move(text));
  ASSERT_TRUE(parsed.result.ok());
  EXPECT_GT(parsed.result->count(0), 300000u);
}

}  // namespace
}  // namespace nosc::json
