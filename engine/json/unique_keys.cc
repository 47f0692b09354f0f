// SPDX-License-Identifier: Apache-2.0
#include "engine/json/unique_keys.h"

#include <string.h>

#include <bit>

namespace nosc::json {
namespace {

// FNV-1a. The seed differs from run to run, so that no text can be made to collide everywhere.
uint32_t hash(std::string_view text, uint32_t seed) {
  uint32_t value = 0x811c9dc5 ^ seed;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x01000193;
  return value ^ value >> 15;
}

// Enters every key into a table with open addressing, at most half full; 0 is a free slot, which no
// key has as its index because the root stands there.
Index find_repeated_in(const Document& document, Index object, std::span<Index> table) {
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

Index find_repeated_key(const Document& document, std::span<const Token> tokens, Arena& arena) {
  std::span<Index> table;
  for (Index index = 0; index != tokens.size(); ++index) {
    if (document.type(index) != Type::kObject) continue;
    const size_t slots = std::bit_ceil(size_t{document.count(index)} * 2 + 1);
    if (slots > table.size()) {
      table = arena.array<Index>(slots);
    } else {
      memset(table.data(), 0, slots * sizeof(Index));
    }
    const Index repeated = find_repeated_in(document, index, table.first(slots));
    if (repeated != Document::kRoot) return repeated;
  }
  return Document::kRoot;
}

}  // namespace nosc::json
