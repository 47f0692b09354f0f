// SPDX-License-Identifier: Apache-2.0
//
// Every byte of the shipped program has a cause, and the totals are kept with the test's results.

#include "tests/bench/size/image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace bench {
namespace {

TEST(Image, PiecesAddUpToTheFile) {
  uint64_t total_bytes = 0;
  uint64_t function_bytes = 0;
  uint64_t nameless_bytes = 0;
  for (const Piece& piece : read_pieces("engine/nosc_debug")) {
    total_bytes += piece.size_bytes;
    if (piece.kind == PieceKind::kFunction) function_bytes += piece.size_bytes;
    if (piece.kind == PieceKind::kLiteral) nameless_bytes += piece.size_bytes;
  }
  RecordProperty("total_bytes", std::to_string(total_bytes));
  RecordProperty("function_bytes", std::to_string(function_bytes));
  EXPECT_EQ(total_bytes, std::filesystem::file_size("engine/nosc"));
  EXPECT_GT(function_bytes, total_bytes / 2);
  EXPECT_LT(nameless_bytes, total_bytes / 10);
}

TEST(Image, FindsFunctionsTablesAndStringsByName) {
  const std::vector<Piece> pieces = read_pieces("engine/nosc_debug");
  const auto has = [&](PieceKind kind, const std::string& name) {
    return std::any_of(pieces.begin(), pieces.end(), [&](const Piece& piece) {
      return piece.kind == kind && piece.name.find(name) != std::string::npos;
    });
  };
  EXPECT_TRUE(has(PieceKind::kFunction, "nosc::launch::child_main"));
  EXPECT_TRUE(has(PieceKind::kTable, "nosc::process::"));
  EXPECT_TRUE(has(PieceKind::kString, "nosc: a container engine"));
}

TEST(Image, RefusesWhatIsNoProgramWithSymbols) {
  const std::string path = std::string(getenv("TEST_TMPDIR")) + "/text";
  std::ofstream(path) << "a text that is longer than the header of an ELF file, which has 64 bytes";
  EXPECT_THROW((void)read_pieces(path), std::runtime_error);
  EXPECT_THROW((void)read_pieces(path + "_missing"), std::runtime_error);
  EXPECT_THROW((void)read_pieces("engine/nosc"), std::runtime_error);  // stripped
}

}  // namespace
}  // namespace bench
