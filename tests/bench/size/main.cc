// SPDX-License-Identifier: Apache-2.0
//
//   ./bazelw run //tests/bench:size
//
// Where the bytes of nosc for x86_64 are: by kind and by folder, and the largest functions, tables
// and strings. Reads nosc_debug, whose loaded part is nosc's, and fails when the pieces don't add
// up to the file that is shipped.

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <map>
#include <tuple>

#include "tests/bench/size/image.h"

namespace {

using bench::Piece;
using bench::PieceKind;

constexpr size_t kShown = 20;

// In the order of PieceKind.
constexpr const char* kKindNames[] = {"functions", "tables",  "strings",
                                      "literals",  "padding", "headers"};

// The namespace is named like the folder; what is in none of its own is the engine's rt, plan and
// host.
std::string folder_of(const Piece& piece) {
  if (piece.kind != PieceKind::kFunction && piece.kind != PieceKind::kTable) {
    return std::string("(") + kKindNames[static_cast<size_t>(piece.kind)] + ")";
  }
  const size_t engine = piece.name.find("nosc::");
  if (engine == std::string::npos) {
    return piece.name.find("sys::") == std::string::npos ? "no namespace" : "syscalls";
  }
  const size_t start = engine + 6;
  const size_t end = piece.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", start);
  const bool has_folder = end != std::string::npos && piece.name.compare(end, 2, "::") == 0;
  return has_folder ? "engine/" + piece.name.substr(start, end - start) : "engine";
}

void print_sums(const char* title, const std::map<std::string, uint64_t>& sums, uint64_t total) {
  std::vector<std::pair<std::string, uint64_t>> rows(sums.begin(), sums.end());
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::tie(b.second, a.first) < std::tie(a.second, b.first);
  });
  std::cout << title << "\n";
  for (const auto& [name, bytes] : rows) {
    std::cout << std::setw(8) << bytes << std::fixed << std::setprecision(1) << std::setw(6)
              << 100.0 * static_cast<double>(bytes) / static_cast<double>(total) << " %  " << name
              << "\n";
  }
  std::cout << "\n";
}

void print_largest(const std::vector<Piece>& pieces, PieceKind kind) {
  std::vector<Piece> rows;
  std::copy_if(pieces.begin(), pieces.end(), std::back_inserter(rows),
               [kind](const Piece& piece) { return piece.kind == kind; });
  std::sort(rows.begin(), rows.end(), [](const Piece& a, const Piece& b) {
    return std::tie(b.size_bytes, a.name) < std::tie(a.size_bytes, b.name);
  });
  std::cout << "largest " << kKindNames[static_cast<size_t>(kind)] << ", of " << rows.size()
            << "\n";
  for (size_t i = 0; i < std::min(kShown, rows.size()); ++i) {
    std::string name = rows[i].name.substr(0, 100);
    std::replace(name.begin(), name.end(), '\n', ' ');
    std::cout << std::setw(8) << rows[i].size_bytes << "  " << name << "\n";
  }
  std::cout << "\n";
}

// Returns the exit status.
int report(const std::string& program, const std::string& debug_program) {
  const std::vector<Piece> pieces = bench::read_pieces(debug_program);
  std::map<std::string, uint64_t> kinds;
  std::map<std::string, uint64_t> folders;
  uint64_t total = 0;
  for (const Piece& piece : pieces) {
    kinds[kKindNames[static_cast<size_t>(piece.kind)]] += piece.size_bytes;
    folders[folder_of(piece)] += piece.size_bytes;
    total += piece.size_bytes;
  }
  const uint64_t file_bytes = std::filesystem::file_size(program);
  std::cout << file_bytes << " bytes\n\n";
  print_sums("by kind", kinds, total);
  print_sums("by folder", folders, total);
  for (const PieceKind kind : {PieceKind::kFunction, PieceKind::kTable, PieceKind::kString}) {
    print_largest(pieces, kind);
  }
  if (total == file_bytes) return 0;
  std::cout << "the pieces add up to " << total << " bytes\n";
  return 1;
}

// Programs of this build lie beneath this one's runfiles, wherever it is started.
std::string in_runfiles(const std::string& self, const std::string& program) {
  return self + ".runfiles/nosc/" + program;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: size PROGRAM DEBUG_PROGRAM\n";
    return 1;
  }
  try {
    return report(in_runfiles(argv[0], argv[1]), in_runfiles(argv[0], argv[2]));
  } catch (const std::exception& error) {
    std::cerr << "size: " << error.what() << "\n";
    return 1;
  }
}
