// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "syscalls/sys/vdso.h"

namespace sys {

// Random bytes by the vDSO's getrandom (Linux 6.11), which keeps a key between calls.
//
// The key lies in memory that the kernel describes: a page that is never swapped or dumped and
// that a fork empties in the child. One VdsoRandom belongs to one thread at a time; a signal's
// handler may use its thread's. Where anything is missing, bytes come from the system call.
class VdsoRandom {
 public:
  // Always the system call.
  constexpr VdsoRandom() = default;

  // Asks for the state's shape and maps it: one mmap. The Vdso is not needed afterwards.
  static VdsoRandom make(const Vdso& vdso) {
    VdsoRandom random;
    if (vdso.getrandom_ == nullptr) return random;
    RandomStateShape shape = {};
    if (vdso.getrandom_(nullptr, 0, 0, &shape, kTellShape) != 0) return random;
    const auto protection = MapProtection::from_bits(shape.mmap_protection.bits());
    const auto mapped = portable::mmap(nullptr, shape.state_size_bytes, protection,
                                       shape.mmap_flags, BorrowedFd::from_raw(-1), 0);
    if (!mapped.ok()) return random;
    random.getrandom_ = vdso.getrandom_;
    random.state_ = *mapped;
    random.state_size_bytes_ = shape.state_size_bytes;
    return random;
  }

  VdsoRandom(VdsoRandom&& other) noexcept
      : getrandom_(other.getrandom_),
        state_(other.state_),
        state_size_bytes_(other.state_size_bytes_) {
    other.getrandom_ = nullptr;
    other.state_ = nullptr;
  }
  VdsoRandom(const VdsoRandom&) = delete;
  VdsoRandom& operator=(const VdsoRandom&) = delete;
  VdsoRandom& operator=(VdsoRandom&&) = delete;
  ~VdsoRandom() {
    if (state_ != nullptr) (void)sys::munmap(state_, state_size_bytes_);
  }

  // Fills memory; returns how many bytes of it. Errors: those of getrandom(2).
  Result<size_t> getrandom(MutableBytes buffer, RandomFlags flags = {}) const {
    if (state_ == nullptr) return sys::getrandom(buffer, flags);
    return Result<size_t>::from_raw(
        getrandom_(buffer.data(), buffer.size(), flags.bits(), state_, state_size_bytes_));
  }

  // True if there is a state, and so no system call but for new keys.
  constexpr bool is_fast() const { return state_ != nullptr; }

 private:
  // The size that asks for the shape instead of bytes.
  static constexpr size_t kTellShape = ~size_t{0};

  Vdso::Getrandom* getrandom_ = nullptr;
  void* state_ = nullptr;
  size_t state_size_bytes_ = 0;
};

}  // namespace sys
