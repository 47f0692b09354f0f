// SPDX-License-Identifier: Apache-2.0
//
// A program's file, cut into pieces that each have one cause: a symbol, or what lies between two.
#pragma once

#include <stdint.h>

#include <string>
#include <vector>

namespace bench {

enum class PieceKind {
  kFunction,
  kTable,    // a named object
  kString,   // a literal in no named object
  kLiteral,  // other data without a name: constants of the compiler, tables of switches
  kPadding,
  kHeader,
};

struct Piece {
  PieceKind kind;
  std::string name;  // demangled; of a string its text
  uint64_t size_bytes;
};

// Cuts the loaded part of an ELF file of 64 bits, which has its symbols, into pieces: headers and
// every section that takes room in the file and in memory, and the gaps between them.
// Errors: throws std::runtime_error.
std::vector<Piece> read_pieces(const std::string& path);

}  // namespace bench
