// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace sys {

namespace detail::elf {

// The parts of the ELF format that finding a symbol needs, for words of 4 and 8 bytes.
// Source: elf(5); elf_image_test compares them with the system's <elf.h>.
template <size_t kWordBytes>
struct Format;

template <>
struct Format<8> {
  using Word = uint64_t;
  struct ProgramHeader {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t address;
    uint64_t physical_address;
    uint64_t file_size;
    uint64_t memory_size;
    uint64_t alignment;
  };
  struct Symbol {
    uint32_t name;
    uint8_t info;
    uint8_t other;
    uint16_t section;
    uint64_t value;
    uint64_t size;
  };
};

template <>
struct Format<4> {
  using Word = uint32_t;
  struct ProgramHeader {
    uint32_t type;
    uint32_t offset;
    uint32_t address;
    uint32_t physical_address;
    uint32_t file_size;
    uint32_t memory_size;
    uint32_t flags;
    uint32_t alignment;
  };
  struct Symbol {
    uint32_t name;
    uint32_t value;
    uint32_t size;
    uint8_t info;
    uint8_t other;
    uint16_t section;
  };
};

template <typename Word>
struct Header {
  unsigned char ident[16];
  uint16_t type;
  uint16_t machine;
  uint32_t version;
  Word entry;
  Word program_headers;
  Word section_headers;
  uint32_t flags;
  uint16_t header_size;
  uint16_t program_header_size;
  uint16_t program_header_count;
};

template <typename Word>
struct Dynamic {
  Word tag;
  Word value;
};

inline constexpr uint32_t kLoad = 1;
inline constexpr uint32_t kDynamic = 2;
inline constexpr uint32_t kTagNull = 0;
inline constexpr uint32_t kTagHash = 4;
inline constexpr uint32_t kTagStrings = 5;
inline constexpr uint32_t kTagSymbols = 6;
inline constexpr uint32_t kTagGnuHash = 0x6ffffef5;
// The machines whose hash tables have entries of 8 bytes.
inline constexpr uint16_t kMachineS390 = 22;
inline constexpr uint16_t kMachineAlpha = 0x9026;

}  // namespace detail::elf

// A shared object that is mapped into this process, as far as its symbols go: the vDSO.
//
// Everything is looked up where the image lies; nothing is copied, allocated or written.
template <size_t kWordBytes>
class BasicElfImage {
  using Format = detail::elf::Format<kWordBytes>;
  using Word = typename Format::Word;
  using Header = detail::elf::Header<Word>;
  using ProgramHeader = typename Format::ProgramHeader;
  using Symbol = typename Format::Symbol;

 public:
  // An image without symbols.
  constexpr BasicElfImage() = default;

  // Pre: header is null (no image), or the start of a whole image that stays mapped.
  static BasicElfImage from_header(const void* header) {
    BasicElfImage image;
    if (header == nullptr) return image;
    image.header_ = static_cast<const Header*>(header);
    const char* dynamic = nullptr;
    const char* base = static_cast<const char*>(header);
    for (unsigned i = image.header_->program_header_count; i > 0; --i) {
      const auto& segment = *reinterpret_cast<const ProgramHeader*>(
          base + image.header_->program_headers + (i - 1) * sizeof(ProgramHeader));
      // The first of the loaded ones remains: it is the last to be seen.
      if (segment.type == detail::elf::kLoad) image.bias_ = base + segment.offset - segment.address;
      if (segment.type == detail::elf::kDynamic) dynamic = base + segment.offset;
    }
    if (dynamic != nullptr) image.read_dynamic(dynamic);
    return image;
  }

  // The address of a defined symbol, or null. An empty name is no symbol.
  // Pre: name ends in NUL.
  const void* find(const char* name) const {
    if (*name == '\0') return nullptr;
    for (size_t i = symbol_count(); i > 0; --i) {
      const Symbol& symbol = symbols_[i - 1];
      if (symbol.section != 0 && equal(strings_ + symbol.name, name)) return bias_ + symbol.value;
    }
    return nullptr;
  }

  // The same for a function, to be called.
  template <typename Function>
  Function* function(const char* name) const {
    return reinterpret_cast<Function*>(reinterpret_cast<uintptr_t>(find(name)));
  }

  // Symbols, defined or not; 0 if the image has no table that tells.
  size_t symbol_count() const {
    if (symbols_ == nullptr || strings_ == nullptr) return 0;
    if (gnu_hash_ != nullptr) return count_by_gnu_hash();
    if (hash_ == nullptr) return 0;
    const bool wide = kWordBytes == 8 && (header_->machine == detail::elf::kMachineS390 ||
                                          header_->machine == detail::elf::kMachineAlpha);
    return wide ? reinterpret_cast<const uint64_t*>(hash_)[1] : hash_[1];
  }

 private:
  static bool equal(const char* left, const char* right) {
    for (; *left != '\0' && *left == *right; ++left, ++right) {
    }
    return *left == *right;
  }

  void read_dynamic(const char* dynamic) {
    using Dynamic = detail::elf::Dynamic<Word>;
    const auto* entry = reinterpret_cast<const Dynamic*>(dynamic);
    for (; entry->tag != detail::elf::kTagNull; ++entry) {
      const char* const address = bias_ + entry->value;
      if (entry->tag == detail::elf::kTagStrings) strings_ = address;
      if (entry->tag == detail::elf::kTagSymbols) {
        symbols_ = reinterpret_cast<const Symbol*>(address);
      }
      if (entry->tag == detail::elf::kTagHash) hash_ = reinterpret_cast<const uint32_t*>(address);
      if (entry->tag == detail::elf::kTagGnuHash) {
        gnu_hash_ = reinterpret_cast<const uint32_t*>(address);
      }
    }
  }

  // Buckets, first symbol, words of the filter and its shift; the filter; for each bucket its first
  // symbol; for each symbol a hash whose lowest bit ends the bucket's chain.
  size_t count_by_gnu_hash() const {
    const uint32_t buckets = gnu_hash_[0];
    const uint32_t first = gnu_hash_[1];
    const uint32_t* const bucket = gnu_hash_ + 4 + gnu_hash_[2] * (kWordBytes / 4);
    const uint32_t* const chain = bucket + buckets;
    size_t last = 0;
    for (uint32_t i = 0; i < buckets; ++i) {
      if (bucket[i] > last) last = bucket[i];
    }
    if (last < first) return first;
    while ((chain[last - first] & 1) == 0) ++last;
    return last + 1;
  }

  const Header* header_ = nullptr;
  const char* bias_ = nullptr;
  const char* strings_ = nullptr;
  const Symbol* symbols_ = nullptr;
  const uint32_t* hash_ = nullptr;
  const uint32_t* gnu_hash_ = nullptr;
};

// An image of this program's own word size.
using ElfImage = BasicElfImage<sizeof(void*)>;

}  // namespace sys
