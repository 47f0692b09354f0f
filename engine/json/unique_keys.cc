// SPDX-License-Identifier: Apache-2.0
#include "engine/json/unique_keys.h"

#include <bit>

namespace nosc::json {
namespace {

// Up to here comparing every pair of keys is faster than a table.
constexpr uint32_t kSmallObject = 24;

Index find_in_small(const Document& document, Index object) {
  for (Index key = object + 1; key != document.end(object); key = document.next(key + 1)) {
    const std::string_view text = document.text(key);
    for (Index other = object + 1; other != key; other = document.next(other + 1)) {
      if (document.text(other) == text) return key;
    }
  }
  return Document::kRoot;
}

// FNV-1a. The seed differs from run to run, so that no text can be made to collide everywhere.
uint32_t hash(std::string_view text, uint32_t seed) {
  uint32_t value = 0x811c9dc5 ^ seed;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x01000193;
  return value ^ value >> 15;
}

// Enters every key into a table with open addressing, at most half full; 0 is a free slot, which no
// key has as its index because the root stands there.
Index find_in_table(const Document& document, Index object, std::span<Index> table) {
  const auto mask = static_cast<uint32_t>(table.size() - 1);
  const auto seed = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(table.data()) >> 12);
  for (Index key = object + 1; key != document.end(object); key = document.next(key + 1)) {
    const std::string_view text = document.text(key);
    uint32_t slot = hash(text, seed) & mask;
    for (; table[slot] != 0; slot = (slot + 1) & mask) {
      if (document.text(table[slot]) == text) return key;
    }
    table[slot] = key;
  }
  return Document::kRoot;
}

}  // namespace

Result<Index> find_repeated_key(const Document& document, std::span<const Token> tokens,
                                Arena& arena) {
  for (Index index = 0; index != tokens.size(); ++index) {
    if (document.type(index) != Type::kObject) continue;
    const uint32_t count = document.count(index);
    Index repeated;
    if (count <= kSmallObject) {
      repeated = find_in_small(document, index);
    } else {
      const auto table = TRY(arena.array<Index>(std::bit_ceil(size_t{count} * 2)));
      repeated = find_in_table(document, index, table);
    }
    if (repeated != Document::kRoot) return repeated;
  }
  return Document::kRoot;
}

}  // namespace nosc::json
