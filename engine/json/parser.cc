// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "engine/json/json.h"
#include "engine/json/strings.h"
#include "engine/json/unique_keys.h"

namespace nosc::json {
namespace {

constexpr Index kNoContainer = UINT32_MAX;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Parser {
 public:
  Parser(std::span<char> text, std::string_view name, Arena& arena)
      : text_(text.data()),
        end_(text.data() + text.size()),
        name_(name),
        at_(text_),
        arena_(arena) {}

  void run();
  std::span<const Token> tokens() const { return {tokens_, count_}; }

 private:
  [[noreturn]] void fail(const char* text) const;
  void skip_space();
  void add(Type type, const char* start, size_t extent);
  void value();
  void key();
  void string();
  void number();
  void literal(std::string_view word, Type type);
  void open(Type type);
  // Reads closing brackets, then what must stand before the next value.
  void after_value();

  char* const text_;
  char* const end_;
  const std::string_view name_;
  char* at_;
  Arena& arena_;
  Token* tokens_ = nullptr;
  uint32_t count_ = 0;
  uint32_t capacity_ = 0;
  // While a container is open, its token's extent holds the index of the one around it.
  Index container_ = kNoContainer;
  uint32_t depth_ = 0;
  bool finished_ = false;
  uint32_t line_ = 1;
  char* line_start_ = text_;
};

void Parser::fail(const char* text) const {
  nosc::fail({.code = ErrorCode::kSyntax,
              .object = name_,
              .line = line_,
              .column = static_cast<uint32_t>(at_ - line_start_) + 1,
              .text = text});
}

void Parser::skip_space() {
  for (;; ++at_) {
    if (*at_ == '\n') {
      ++line_;
      line_start_ = at_ + 1;
    } else if (*at_ != ' ' && *at_ != '\t' && *at_ != '\r') {
      return;
    }
  }
}

void Parser::add(Type type, const char* start, size_t extent) {
  if (count_ == capacity_) {
    // Most texts have fewer than one token per eight bytes.
    const size_t wanted =
        capacity_ == 0 ? static_cast<size_t>(end_ - text_) / 8 + 16 : size_t{capacity_} * 2;
    if (!arena_.extend(tokens_, capacity_ * sizeof(Token), wanted * sizeof(Token))) {
      void* larger = arena_.allocate(wanted * sizeof(Token), alignof(Token));
      if (count_ != 0) memcpy(larger, tokens_, count_ * sizeof(Token));
      tokens_ = static_cast<Token*>(larger);
    }
    capacity_ = static_cast<uint32_t>(wanted);
  }
  tokens_[count_++] = {.start = static_cast<uint32_t>(start - text_),
                       .type = static_cast<uint32_t>(type),
                       .extent = static_cast<uint32_t>(extent)};
}

void Parser::string() {
  char* const start = at_ + 1;
  const StringEnd end = unescape_string(start);
  if (end.problem != nullptr) {
    at_ = end.source;
    fail(end.source >= end_ ? "expected '\"' before the end of the text" : end.problem);
  }
  at_ = end.source + 1;
  add(Type::kString, start, static_cast<size_t>(end.target - start));
}

void Parser::number() {
  char* const start = at_;
  const auto digits = [&] {
    if (!is_digit(*at_)) fail("expected a digit");
    while (is_digit(*at_)) ++at_;
  };
  if (*at_ == '-') ++at_;
  if (*at_ == '0') {
    ++at_;
    if (is_digit(*at_)) fail("expected no digit after a leading 0");
  } else {
    digits();
  }
  if (*at_ == '.') {
    ++at_;
    digits();
  }
  if (*at_ == 'e' || *at_ == 'E') {
    ++at_;
    if (*at_ == '+' || *at_ == '-') ++at_;
    digits();
  }
  add(Type::kNumber, start, static_cast<size_t>(at_ - start));
}

void Parser::literal(std::string_view word, Type type) {
  char* const start = at_;
  for (const char c : word) {
    if (*at_ != c) fail("expected true, false or null");
    ++at_;
  }
  add(type, start, word.size());
}

void Parser::open(Type type) {
  if (++depth_ > kMaximumDepth) fail("nested too deeply: more than 1024 levels");
  add(type, at_, container_);
  container_ = count_ - 1;
  ++at_;
  skip_space();
}

void Parser::key() {
  skip_space();
  if (*at_ != '"') fail("expected a key in '\"'");
  string();
  skip_space();
  if (*at_ != ':') fail("expected ':'");
  ++at_;
}

void Parser::after_value() {
  for (;;) {
    skip_space();
    if (container_ == kNoContainer) {
      if (at_ != end_) fail("expected nothing more");
      finished_ = true;
      return;
    }
    Token& token = tokens_[container_];
    const bool in_object = static_cast<Type>(token.type) == Type::kObject;
    if (*at_ == ',') {
      ++at_;
      if (in_object) key();
      return;
    }
    if (*at_ != (in_object ? '}' : ']')) {
      fail(in_object ? "expected ',' or '}'" : "expected ',' or ']'");
    }
    container_ = token.extent;
    token.extent = count_;
    --depth_;
    ++at_;
  }
}

void Parser::value() {
  skip_space();
  switch (*at_) {
    case '{':
      open(Type::kObject);
      if (*at_ != '}') return key();
      break;
    case '[':
      open(Type::kArray);
      if (*at_ != ']') return;
      break;
    case '"': string(); break;
    case 't': literal("true", Type::kTrue); break;
    case 'f': literal("false", Type::kFalse); break;
    case 'n': literal("null", Type::kNull); break;
    default:
      if (*at_ != '-' && !is_digit(*at_)) fail("expected a value");
      number();
  }
  after_value();
}

void Parser::run() {
  if (static_cast<size_t>(end_ - text_) > kMaximumTextBytes) {
    nosc::fail({.code = ErrorCode::kTooLarge, .object = name_, .text = "larger than 512 MiB"});
  }
  while (!finished_) value();
}

}  // namespace

Document parse(std::span<char> text, std::string_view name, Arena& arena) {
  Parser parser(text, name, arena);
  parser.run();
  const Document document(text.data(), parser.tokens());
  const Index repeated = find_repeated_key(document, parser.tokens(), arena);
  if (repeated != Document::kRoot) {
    const std::string_view pointer = document.pointer(repeated, arena);
    fail_invalid({.pointer = pointer.data()}, "appears twice");
  }
  return document;
}

}  // namespace nosc::json
