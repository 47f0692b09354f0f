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
  Parser(std::span<char> text, Arena& arena)
      : text_(text.data()), end_(text.data() + text.size()), at_(text_), arena_(arena) {}

  bool run();
  std::span<const Token> tokens() const { return {tokens_, count_}; }
  const Error& error() const { return error_; }

 private:
  bool fail(const char* text, ErrorCode code = ErrorCode::kSyntax);
  void skip_space();
  bool add(Type type, const char* start, size_t extent);
  bool value();
  bool key();
  bool string();
  bool number();
  bool literal(std::string_view word, Type type);
  bool open(Type type);
  // Reads closing brackets, then what must stand before the next value.
  bool after_value();

  char* const text_;
  char* const end_;
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
  Error error_;
};

bool Parser::fail(const char* text, ErrorCode code) {
  error_ = {.code = code,
            .line = line_,
            .column = static_cast<uint32_t>(at_ - line_start_) + 1,
            .text = text};
  return false;
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

bool Parser::add(Type type, const char* start, size_t extent) {
  if (count_ == capacity_) {
    // Most texts have fewer than one token per eight bytes.
    const size_t wanted =
        capacity_ == 0 ? static_cast<size_t>(end_ - text_) / 8 + 16 : size_t{capacity_} * 2;
    if (!arena_.extend(tokens_, capacity_ * sizeof(Token), wanted * sizeof(Token))) {
      void* larger = arena_.allocate(wanted * sizeof(Token), alignof(Token));
      if (larger == nullptr) {
        error_ = out_of_memory_error();
        return false;
      }
      if (count_ != 0) memcpy(larger, tokens_, count_ * sizeof(Token));
      tokens_ = static_cast<Token*>(larger);
    }
    capacity_ = static_cast<uint32_t>(wanted);
  }
  tokens_[count_++] = {.start = static_cast<uint32_t>(start - text_),
                       .type = static_cast<uint32_t>(type),
                       .extent = static_cast<uint32_t>(extent)};
  return true;
}

bool Parser::string() {
  char* const start = at_ + 1;
  const StringEnd end = unescape_string(start);
  if (end.problem != nullptr) {
    at_ = end.source;
    return fail(end.source >= end_ ? "expected '\"' before the end of the text" : end.problem);
  }
  at_ = end.source + 1;
  return add(Type::kString, start, static_cast<size_t>(end.target - start));
}

bool Parser::number() {
  char* const start = at_;
  const auto digits = [&] {
    if (!is_digit(*at_)) return fail("expected a digit");
    while (is_digit(*at_)) ++at_;
    return true;
  };
  if (*at_ == '-') ++at_;
  if (*at_ == '0') {
    ++at_;
    if (is_digit(*at_)) return fail("expected no digit after a leading 0");
  } else if (!digits()) {
    return false;
  }
  if (*at_ == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (*at_ == 'e' || *at_ == 'E') {
    ++at_;
    if (*at_ == '+' || *at_ == '-') ++at_;
    if (!digits()) return false;
  }
  return add(Type::kNumber, start, static_cast<size_t>(at_ - start));
}

bool Parser::literal(std::string_view word, Type type) {
  char* const start = at_;
  for (const char c : word) {
    if (*at_ != c) return fail("expected true, false or null");
    ++at_;
  }
  return add(type, start, word.size());
}

bool Parser::open(Type type) {
  if (++depth_ > kMaximumDepth) return fail("nested too deeply: more than 1024 levels");
  if (!add(type, at_, container_)) return false;
  container_ = count_ - 1;
  ++at_;
  skip_space();
  return true;
}

bool Parser::key() {
  skip_space();
  if (*at_ != '"') return fail("expected a key in '\"'");
  if (!string()) return false;
  skip_space();
  if (*at_ != ':') return fail("expected ':'");
  ++at_;
  return true;
}

bool Parser::after_value() {
  for (;;) {
    skip_space();
    if (container_ == kNoContainer) {
      finished_ = true;
      return at_ == end_ || fail("expected nothing more");
    }
    Token& token = tokens_[container_];
    const bool in_object = static_cast<Type>(token.type) == Type::kObject;
    if (*at_ == ',') {
      ++at_;
      return !in_object || key();
    }
    if (*at_ != (in_object ? '}' : ']')) {
      return fail(in_object ? "expected ',' or '}'" : "expected ',' or ']'");
    }
    container_ = token.extent;
    token.extent = count_;
    --depth_;
    ++at_;
  }
}

bool Parser::value() {
  skip_space();
  switch (*at_) {
    case '{':
      if (!open(Type::kObject)) return false;
      return *at_ == '}' ? after_value() : key();
    case '[':
      if (!open(Type::kArray)) return false;
      return *at_ != ']' || after_value();
    case '"': return string() && after_value();
    case 't': return literal("true", Type::kTrue) && after_value();
    case 'f': return literal("false", Type::kFalse) && after_value();
    case 'n': return literal("null", Type::kNull) && after_value();
    default:
      if (*at_ != '-' && !is_digit(*at_)) return fail("expected a value");
      return number() && after_value();
  }
}

bool Parser::run() {
  if (static_cast<size_t>(end_ - text_) > kMaximumTextBytes) {
    error_ = {.code = ErrorCode::kTooLarge, .text = "larger than 512 MiB"};
    return false;
  }
  do {
    if (!value()) return false;
  } while (!finished_);
  return true;
}

}  // namespace

Result<Document> parse(std::span<char> text, Arena& arena) {
  Parser parser(text, arena);
  if (!parser.run()) return parser.error();
  const Document document(text.data(), parser.tokens());
  const Index repeated = TRY(find_repeated_key(document, parser.tokens(), arena));
  if (repeated != Document::kRoot) {
    const std::string_view pointer = TRY(document.pointer(repeated, arena));
    return invalid_error({.pointer = pointer.data()}, "appears twice");
  }
  return document;
}

}  // namespace nosc::json
