// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "engine/rt/error.h"

namespace nosc {

// Memory that is only ever taken and given back all at once: chunks mapped from the kernel, each
// twice as large as the one before. What lives in it needs no destructor.
//
// Memory is handed out zeroed. Where the kernel gives no more, the command ends with an error.
class Arena {
 public:
  static constexpr size_t kFirstChunkBytes = size_t{64} << 10;
  static constexpr size_t kLargestChunkBytes = size_t{16} << 20;

  Arena() = default;
  // Hands out `first` before it asks the kernel.
  // Shape: zeroed, and there as long as the arena.
  explicit Arena(std::span<char> first) : next_(first.data()), end_(first.data() + first.size()) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  // Takes zeroed memory.
  // Pre: alignment is a power of two of at most 4096.
  void* allocate(size_t size_bytes, size_t alignment);

  // As above, for several of the same size.
  void* allocate_array(size_t count, size_t size_bytes, size_t alignment);

  // Makes the latest allocation larger where it is.
  // Shape: `block` is what allocate() returned last, `size_bytes` its present size.
  // Errors: false when it isn't the latest one or its chunk is full; nothing has changed then.
  bool extend(void* block, size_t size_bytes, size_t new_size_bytes);

  // Takes an array of default-made elements.
  template <class T>
  std::span<T> array(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    T* const first = static_cast<T*>(allocate_array(count, sizeof(T), alignof(T)));
    if constexpr (!std::is_trivially_default_constructible_v<T>) {
      for (size_t i = 0; i < count; ++i) std::construct_at(first + i);
    }
    return {first, count};
  }

  // Copies a string and puts a NUL behind it; the view returned doesn't count the NUL.
  std::string_view copy_string(std::string_view text);

 private:
  struct Chunk;

  void add_chunk(size_t needed_bytes);

  char* next_ = nullptr;
  char* end_ = nullptr;
  Chunk* chunks_ = nullptr;
  size_t chunk_bytes_ = kFirstChunkBytes;
};

}  // namespace nosc
