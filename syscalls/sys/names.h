// SPDX-License-Identifier: Apache-2.0
//
// Names and numbers of system calls, of as many ABIs as a program needs and of no more.
//
//   using Names = sys::NameTable<sys::AbiId::kX86_64, sys::AbiId::kI386, sys::AbiId::kX32>;
//   Names::number(sys::AbiId::kI386, "openat")   // 295, or -1
//   Names::name(sys::AbiId::kX86_64, 257).text   // "openat", or ""
//
// A table is made while compiling, and both ways work there too. What is linked are three parts:
// the names that any of the ABIs has, in their order, each as the number of bytes that it shares
// with the one before it and the rest, and every kBlock-th whole; for each ABI a bitmap of the
// names that it has; and their numbers in 16 bits. There is no pointer in it, nothing to relocate
// and nothing to initialize. A name is found by halving the blocks, a number by looking at all of
// them.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "syscalls/names_data.h"

namespace sys {

// A name, taken out of the table.
struct CallName {
  char text[detail::name_data::kLongestName + 1] = {};  // ends in NUL
  size_t size = 0;                                      // 0: there is none

  constexpr explicit operator bool() const { return size != 0; }
};

namespace detail {

// The names that a table has, as indexes of name_data, and what room they take.
template <AbiId... kAbis>
struct NameSelection {
  static constexpr unsigned kBlock = 16;

  struct Shape {
    unsigned names = 0;
    unsigned text_bytes = 0;
    unsigned numbers = 0;
  };

  static constexpr bool has(unsigned name) {
    return ((name_data::kNumbers[static_cast<unsigned>(kAbis)][name] != name_data::kAbsent) || ...);
  }

  // Calls `take` with each name: its place, its text, its size, the bytes shared with the former.
  template <typename Take>
  static constexpr void visit(Take take) {
    const char* former = "";
    const char* text = name_data::kText;
    unsigned place = 0;
    for (unsigned name = 0; name < name_data::kNames; ++name) {
      unsigned size = 0;
      while (text[size] != '\0') ++size;
      if (has(name)) {
        unsigned shared = 0;
        while (place % kBlock != 0 && former[shared] != '\0' && former[shared] == text[shared]) {
          ++shared;
        }
        take(name, place++, text, size, shared);
        former = text;
      }
      text += size + 1;
    }
  }

  static constexpr Shape measure() {
    Shape shape;
    visit([&](unsigned name, unsigned, const char*, unsigned size, unsigned shared) {
      ++shape.names;
      shape.text_bytes += 1 + size - shared;
      ((shape.numbers +=
        name_data::kNumbers[static_cast<unsigned>(kAbis)][name] != name_data::kAbsent),
       ...);
    });
    return shape;
  }
};

}  // namespace detail

template <AbiId... kAbis>
class NameTable {
  using Selection = detail::NameSelection<kAbis...>;
  static constexpr auto kShape = Selection::measure();
  static constexpr unsigned kBlock = Selection::kBlock;
  static constexpr unsigned kBlocks = (kShape.names + kBlock - 1) / kBlock;
  static constexpr unsigned kBitmapBytes = (kShape.names + 7) / 8;
  static constexpr unsigned char kLastByte = 0x80;  // set in the last byte of a name

  struct OneAbi {
    AbiId id{};
    uint16_t first = 0;  // of its numbers
    uint16_t count = 0;
    int base = 0;
    uint8_t has[kBitmapBytes] = {};
  };

  struct Data {
    uint16_t blocks[kBlocks] = {};
    uint16_t numbers[kShape.numbers] = {};
    OneAbi abis[sizeof...(kAbis)] = {};
    unsigned char text[kShape.text_bytes] = {};
  };

 public:
  // The number of a call, or -1 if the ABI has none of that name.
  // Shape: size bytes, without a NUL.
  static constexpr int number(AbiId abi, const char* name, size_t size) {
    const OneAbi* const of = find(abi);
    if (of == nullptr || size == 0) return -1;
    const unsigned place = place_of(name, size);
    if (place == kShape.names || !bit(*of, place)) return -1;
    unsigned rank = of->first;
    for (unsigned i = 0; i < place; ++i) rank += bit(*of, i);
    return of->base + kData.numbers[rank];
  }
  // The same for a literal.
  template <size_t kSize>
  static constexpr int number(AbiId abi, const char (&name)[kSize]) {
    return number(abi, name, kSize - 1);
  }

  // For who looks up many names in several ABIs: a name's place among all of the table's, in
  // [0, kCount), or kCount if there is none such; and the numbers of an ABI by place, -1 where it
  // has no call of the name.
  // Shape: `numbers` has room for kCount. Pre: the table has the ABI.
  static constexpr unsigned kCount = kShape.names;
  static constexpr unsigned place(const char* name, size_t size) {
    return size == 0 ? kCount : place_of(name, size);
  }
  static constexpr void numbers_by_place(AbiId abi, int* numbers) {
    const OneAbi& of = *find(abi);
    const uint16_t* next = kData.numbers + of.first;
    for (unsigned place = 0; place < kCount; ++place) {
      numbers[place] = bit(of, place) != 0 ? of.base + *next++ : -1;
    }
  }

  // The name of a call, or an empty one if the ABI has no call of that number.
  static constexpr CallName name(AbiId abi, int number) {
    const OneAbi* const of = find(abi);
    if (of == nullptr || number < of->base || number - of->base >= detail::name_data::kAbsent) {
      return {};
    }
    unsigned wanted = 0;
    while (wanted < of->count && kData.numbers[of->first + wanted] != number - of->base) ++wanted;
    if (wanted == of->count) return {};
    unsigned place = 0;
    for (unsigned left = wanted + 1;; ++place) {
      left -= bit(*of, place);
      if (left == 0) break;
    }
    Reader reader(place / kBlock);
    for (unsigned i = place % kBlock; i > 0; --i) reader.next();
    return reader.name;
  }

  // What a table takes in the program, beside its code.
  static constexpr size_t kSizeBytes = sizeof(Data);

 private:
  // Goes through the names of a block; begins with the first.
  struct Reader {
    constexpr explicit Reader(unsigned block) : at(kData.text + kData.blocks[block]) { next(); }

    constexpr void next() {
      size_t size = *at++;
      bool last = false;
      while (!last) {
        last = (*at & kLastByte) != 0;
        name.text[size++] = static_cast<char>(*at++ & ~kLastByte);
      }
      name.text[size] = '\0';
      name.size = size;
    }

    const unsigned char* at;
    CallName name;
  };

  static constexpr Data make() {
    Data data;
    unsigned end = 0;
    Selection::visit(
        [&](unsigned, unsigned place, const char* text, unsigned size, unsigned shared) {
          if (place % kBlock == 0) data.blocks[place / kBlock] = static_cast<uint16_t>(end);
          data.text[end++] = static_cast<unsigned char>(shared);
          for (unsigned i = shared; i < size; ++i) {
            data.text[end++] = static_cast<unsigned char>(text[i]);
          }
          data.text[end - 1] |= kLastByte;
        });
    const AbiId ids[] = {kAbis...};
    unsigned numbers = 0;
    for (unsigned i = 0; i < sizeof...(kAbis); ++i)
      numbers = add(data, data.abis[i], ids[i], numbers);
    return data;
  }

  static constexpr unsigned add(Data& data, OneAbi& abi, AbiId id, unsigned numbers) {
    const auto& known = detail::name_data::kNumbers[static_cast<unsigned>(id)];
    abi.id = id;
    abi.first = static_cast<uint16_t>(numbers);
    abi.base = detail::name_data::kBases[static_cast<unsigned>(id)];
    Selection::visit([&](unsigned name, unsigned place, const char*, unsigned, unsigned) {
      if (known[name] == detail::name_data::kAbsent) return;
      abi.has[place / 8] = static_cast<uint8_t>(abi.has[place / 8] | 1U << place % 8);
      data.numbers[numbers++] = known[name];
    });
    abi.count = static_cast<uint16_t>(numbers - abi.first);
    return numbers;
  }

  static constexpr const OneAbi* find(AbiId id) {
    for (const OneAbi& abi : kData.abis) {
      if (abi.id == id) return &abi;
    }
    return nullptr;
  }

  static constexpr unsigned bit(const OneAbi& abi, unsigned place) {
    return abi.has[place / 8] >> place % 8 & 1U;
  }

  // Negative, 0 or positive as the name stands before, at or behind one of the table, with which it
  // shares the first `same` bytes, and of which `at` is the rest. Counts the bytes shared, and goes
  // on to the first that isn't, or to the table's last.
  static constexpr int compare_rest(const char* name, size_t size, const unsigned char*& at,
                                    size_t& same) {
    for (;; ++at) {
      const int theirs = *at & ~kLastByte;
      const int order = same == size ? -1 : static_cast<unsigned char>(name[same]) - theirs;
      if (order != 0) return order;
      ++same;
      if ((*at & kLastByte) != 0) return same == size ? 0 : 1;
    }
  }

  // The name's place among the table's, or their number if it is none of them.
  static constexpr unsigned place_of(const char* name, size_t size) {
    unsigned low = 0;
    unsigned high = kBlocks;  // the block is in [low, high)
    while (high - low > 1) {
      const unsigned middle = (low + high) / 2;
      const unsigned char* first = kData.text + kData.blocks[middle] + 1;
      size_t same = 0;
      (compare_rest(name, size, first, same) < 0 ? high : low) = middle;
    }
    const unsigned char* at = kData.text + kData.blocks[low];
    size_t same = 0;  // with the name of the table before
    for (unsigned place = low * kBlock;;) {
      // One that shares more with the one before stands before the name as that does; one that
      // shares less stands behind it.
      const size_t shared = *at++;
      int order = shared < same ? -1 : 1;
      if (shared == same) order = compare_rest(name, size, at, same);
      if (order == 0) return place;
      ++place;
      if (order < 0 || place == kShape.names || place % kBlock == 0) return kShape.names;
      while ((*at++ & kLastByte) == 0) {
      }
    }
  }

  static constexpr Data kData = make();
};

// All ABIs that the tables know.
using AllNames = detail::name_data::WithAllAbis<NameTable>;

}  // namespace sys
