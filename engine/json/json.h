// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON text to a tape of tokens, strictly by RFC 8259.
//
// parse() reads the text once, without recursion, and writes one eight-byte token per value and per
// object key into the arena, in the order of the text. A container's token holds the index behind
// its last descendant, so that a reader skips a whole subtree in one step. Strings are unescaped
// where they are, in the caller's buffer, and end with a NUL; numbers stay text until somebody asks
// for an integer of a certain size. Nothing else is copied, so a tape costs about as much as its
// text.
//
// Iterating over the members of an object, and in the same way over an array without the `+ 1`:
//   for (Index key = object + 1; key != document.end(object); key = document.next(key + 1)) {
//     use(document.text(key), key + 1);
//   }

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/rt/arena.h"
#include "engine/rt/error.h"
#include "engine/rt/writer.h"

namespace nosc::json {

enum class Type : uint8_t { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

// Returns what a type is called in messages, with its article: "an object", "a string".
const char* type_name(Type type);

// How deep arrays and objects may be nested.
inline constexpr uint32_t kMaximumDepth = 1024;
// How large a text may be: a token has 29 bits for the offset.
inline constexpr uint32_t kMaximumTextBytes = (1U << 29) - 1;

using Index = uint32_t;

// One value or object key.
struct Token {
  uint32_t start : 29;  // offset in the text; of a string: behind the quote
  uint32_t type : 3;
  uint32_t
      extent;  // bytes of a scalar's text; of a container: the index behind its last descendant
};
static_assert(sizeof(Token) == 8);

enum class IntegerStatus : uint8_t { kOk, kNotInteger, kOutOfRange };

// A number as sign and magnitude.
struct Integer {
  IntegerStatus status = IntegerStatus::kOk;  // kOutOfRange: the magnitude needs more than 64 bits
  bool negative = false;
  uint64_t magnitude = 0;
};

// A parsed text. It is a view: copying it is cheap, and the text and the arena must outlive it.
class Document {
 public:
  Document() = default;
  Document(const char* text, std::span<const Token> tokens) : text_(text), tokens_(tokens) {}

  // The outermost value is kRoot.
  static constexpr Index kRoot = 0;

  Type type(Index index) const { return static_cast<Type>(tokens_[index].type); }
  // The characters of a string, unescaped, with a NUL behind them, or of a number, as written.
  // Pre: a string or a number.
  std::string_view text(Index index) const {
    return {text_ + tokens_[index].start, tokens_[index].extent};
  }
  // The index behind a container's last descendant.
  // Pre: an array or an object.
  Index end(Index index) const { return tokens_[index].extent; }
  // The index behind a value and everything in it.
  Index next(Index index) const {
    return type(index) >= Type::kArray ? tokens_[index].extent : index + 1;
  }
  // How many elements an array or members an object has. Takes time proportional to that.
  uint32_t count(Index container) const;
  // Reads a number that is an integer: one without fraction and exponent, as JSON Schema had it
  // when the specification's schema was written.
  // Pre: a number.
  Integer integer(Index index) const;
  // The value of an object's member, or kRoot if there is none.
  Index find(Index object, std::string_view key) const;
  // Writes the JSON pointer of a value or key, for example /mounts/3/options; / for the root.
  void write_pointer(Writer& writer, Index index) const;
  // Returns write_pointer()'s text in the arena, cut off after 512 bytes.
  std::string_view pointer(Index index, Arena& arena) const;

 private:
  const char* text_ = nullptr;
  std::span<const Token> tokens_;
};

// Parses a whole text.
// Shape: the text is changed in place and must be followed by a NUL byte that isn't counted; `name`
// is what errors call it, for they have no other place to name.
// Errors: kSyntax with line, column and what was expected; kInvalid with the JSON pointer of a key
// that appears twice in an object; kTooLarge; kOutOfMemory.
// Source: RFC 8259; RFC 3629 for UTF-8; RFC 6901 for pointers.
Document parse(std::span<char> text, std::string_view name, Arena& arena);

}  // namespace nosc::json
