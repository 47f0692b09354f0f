// SPDX-License-Identifier: Apache-2.0

#include "tests/bench/size/image.h"

#include <cxxabi.h>
#include <elf.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <span>
#include <stdexcept>

namespace bench {
namespace {

constexpr size_t kShortestString = 3;

struct Symbol {
  uint64_t address;
  uint64_t size_bytes;
  PieceKind kind;
  std::string name;
};

class Image {
 public:
  explicit Image(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    if (bytes_.size() < sizeof(Elf64_Ehdr) || std::memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0 ||
        bytes_[EI_CLASS] != ELFCLASS64) {
      throw std::runtime_error(path + ": no ELF file of 64 bits");
    }
    std::memcpy(&header_, bytes_.data(), sizeof header_);
  }

  const Elf64_Ehdr& header() const { return header_; }
  std::vector<Elf64_Shdr> sections() const {
    return table<Elf64_Shdr>(header_.e_shoff, header_.e_shnum);
  }
  template <class Row>
  std::vector<Row> table(uint64_t offset, uint64_t count) const {
    const std::string_view raw = view(offset, count * sizeof(Row));
    std::vector<Row> rows(count);
    std::memcpy(rows.data(), raw.data(), raw.size());
    return rows;
  }
  std::string_view view(uint64_t offset, uint64_t size_bytes) const {
    if (offset > bytes_.size() || size_bytes > bytes_.size() - offset) {
      throw std::runtime_error("a table lies outside of the file");
    }
    return std::string_view(bytes_).substr(offset, size_bytes);
  }

 private:
  std::string bytes_;
  Elf64_Ehdr header_;
};

std::string demangle(const char* name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free);
  return text ? text.get() : name;
}

// The functions and objects of the file, by address; of two with one address the larger one first.
std::vector<Symbol> read_symbols(const Image& image) {
  std::vector<Symbol> symbols;
  const std::vector<Elf64_Shdr> sections = image.sections();
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_SYMTAB) continue;
    const Elf64_Shdr& names = sections.at(section.sh_link);
    const std::string text(image.view(names.sh_offset, names.sh_size));
    for (const Elf64_Sym& row :
         image.table<Elf64_Sym>(section.sh_offset, section.sh_size / sizeof(Elf64_Sym))) {
      const auto type = ELF64_ST_TYPE(row.st_info);
      if (row.st_size == 0 || (type != STT_FUNC && type != STT_OBJECT)) continue;
      symbols.push_back({row.st_value, row.st_size,
                         type == STT_FUNC ? PieceKind::kFunction : PieceKind::kTable,
                         demangle(text.data() + row.st_name)});
    }
  }
  std::sort(symbols.begin(), symbols.end(), [](const Symbol& a, const Symbol& b) {
    return a.address != b.address ? a.address < b.address : a.size_bytes > b.size_bytes;
  });
  return symbols;
}

bool is_text(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](unsigned char c) {
    return std::isprint(c) != 0 || c == '\n' || c == '\t';
  });
}

// What has no name: texts that end in a NUL are told from the rest.
void add_nameless(std::string_view bytes, bool is_code, std::vector<Piece>& pieces) {
  if (is_code) {
    if (!bytes.empty()) pieces.push_back({PieceKind::kPadding, "between functions", bytes.size()});
    return;
  }
  uint64_t literal_bytes = 0;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\0'), bytes.size());
    const size_t length = std::min(end + 1, bytes.size());
    if (end >= kShortestString && end < bytes.size() && is_text(bytes.substr(0, end))) {
      pieces.push_back({PieceKind::kString, std::string(bytes.substr(0, end)), length});
    } else {
      literal_bytes += length;
    }
    bytes.remove_prefix(length);
  }
  if (literal_bytes != 0) pieces.push_back({PieceKind::kLiteral, "without a name", literal_bytes});
}

void add_section(const Image& image, const Elf64_Shdr& section, const std::vector<Symbol>& symbols,
                 std::vector<Piece>& pieces) {
  const std::string_view bytes = image.view(section.sh_offset, section.sh_size);
  const bool is_code = (section.sh_flags & SHF_EXECINSTR) != 0;
  uint64_t done = 0;  // of the section
  for (const Symbol& symbol : symbols) {
    if (symbol.address < section.sh_addr || symbol.address >= section.sh_addr + section.sh_size) {
      continue;
    }
    const uint64_t start = symbol.address - section.sh_addr;
    const uint64_t end = std::min(start + symbol.size_bytes, section.sh_size);
    if (end <= done) continue;  // another name for the same bytes
    const uint64_t first = std::max(start, done);
    add_nameless(bytes.substr(done, first - done), is_code, pieces);
    pieces.push_back({symbol.kind, symbol.name, end - first});
    done = end;
  }
  add_nameless(bytes.substr(done), is_code, pieces);
}

}  // namespace

std::vector<Piece> read_pieces(const std::string& path) {
  const Image image(path);
  const std::vector<Symbol> symbols = read_symbols(image);
  if (symbols.empty()) throw std::runtime_error(path + ": has no symbols");
  const Elf64_Ehdr& header = image.header();
  const uint64_t header_bytes = header.e_phoff + uint64_t{header.e_phnum} * header.e_phentsize;
  std::vector<Piece> pieces = {{PieceKind::kHeader, "ELF and program headers", header_bytes}};
  uint64_t end = header_bytes;
  std::vector<Elf64_Shdr> sections = image.sections();
  std::erase_if(sections, [](const Elf64_Shdr& section) {
    return (section.sh_flags & SHF_ALLOC) == 0 || section.sh_type == SHT_NOBITS ||
           section.sh_size == 0;
  });
  std::sort(sections.begin(), sections.end(),
            [](const Elf64_Shdr& a, const Elf64_Shdr& b) { return a.sh_offset < b.sh_offset; });
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_offset > end) {
      pieces.push_back({PieceKind::kPadding, "between sections", section.sh_offset - end});
    }
    add_section(image, section, symbols, pieces);
    end = section.sh_offset + section.sh_size;
  }
  return pieces;
}

}  // namespace bench
