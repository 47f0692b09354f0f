// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/arena.h"

#include <string.h>

#include <algorithm>

#include "syscalls/sys.h"

namespace nosc {

struct Arena::Chunk {
  Chunk* previous;
  size_t size_bytes;
};

Arena::~Arena() {
  while (chunks_ != nullptr) {
    Chunk* chunk = chunks_;
    chunks_ = chunk->previous;
    // A mapping of one's own can be taken away at any time; there is nobody to tell otherwise.
    (void)sys::munmap(chunk, chunk->size_bytes);
  }
}

void Arena::add_chunk(size_t needed_bytes) {
  const size_t size_bytes = std::max(chunk_bytes_, needed_bytes);
  // All pages of the first chunk at once cost less than a fault for each that is touched.
  auto flags = sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS;
  if (chunks_ == nullptr && size_bytes == kFirstChunkBytes) flags |= sys::kMAP_POPULATE;
  auto memory = sys::portable::mmap(nullptr, size_bytes, sys::kPROT_READ | sys::kPROT_WRITE, flags,
                                    sys::BorrowedFd::from_raw(-1), 0);
  if (!memory.ok()) fail_out_of_memory();
  chunk_bytes_ = std::min(chunk_bytes_ * 2, kLargestChunkBytes);
  chunks_ = std::construct_at(static_cast<Chunk*>(*memory), Chunk{chunks_, size_bytes});
  next_ = static_cast<char*>(*memory) + sizeof(Chunk);
  end_ = static_cast<char*>(*memory) + size_bytes;
}

void* Arena::allocate(size_t size_bytes, size_t alignment) {
  constexpr size_t kPageBytes = 4096;
  const auto padding = [&] { return (0 - reinterpret_cast<uintptr_t>(next_)) & (alignment - 1); };
  if (size_bytes > SIZE_MAX / 2) fail_out_of_memory();
  if (next_ == nullptr || padding() + size_bytes > static_cast<size_t>(end_ - next_)) {
    const size_t needed_bytes = sizeof(Chunk) + alignment + size_bytes;
    add_chunk((needed_bytes + kPageBytes - 1) & ~(kPageBytes - 1));
  }
  char* block = next_ + padding();
  next_ = block + size_bytes;
  return block;
}

void* Arena::allocate_array(size_t count, size_t size_bytes, size_t alignment) {
  size_t total_bytes;
  if (__builtin_mul_overflow(count, size_bytes, &total_bytes)) fail_out_of_memory();
  return allocate(total_bytes, alignment);
}

bool Arena::extend(void* block, size_t size_bytes, size_t new_size_bytes) {
  char* first = static_cast<char*>(block);
  if (first + size_bytes != next_ || new_size_bytes > static_cast<size_t>(end_ - first)) {
    return false;
  }
  next_ = first + new_size_bytes;
  return true;
}

std::string_view Arena::copy_string(std::string_view text) {
  char* copy = static_cast<char*>(allocate(text.size() + 1, 1));
  if (!text.empty()) memcpy(copy, text.data(), text.size());
  return std::string_view(copy, text.size());
}

}  // namespace nosc
