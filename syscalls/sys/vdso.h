// SPDX-License-Identifier: Apache-2.0
//
// The calls that the kernel answers without a change of mode, by code that it maps into every
// process. Time by the vDSO costs about a seventh of the system call.
//
//   const sys::Vdso vdso = sys::Vdso::find(envp);      // once, at the program's start
//   sys::Timespec now;
//   if (vdso.clock_gettime(sys::kCLOCK_MONOTONIC, now)) ...
//
// A Vdso is a few pointers, constant after it is made: pass it by reference, keep it where you
// like, share it between threads. Where the kernel, the ABI or an emulator offers no function, and
// where the function declines, the system call is made: callers see no difference but the time.
#pragma once

#include <stdint.h>

#include "syscalls/numbers.h"
#include "syscalls/portable.h"
#include "syscalls/sys/auxv.h"
#include "syscalls/sys/elf_image.h"
#include "syscalls/sys/result.h"
#include "syscalls/vdso_names.h"

namespace sys {

// What gettimeofday tells.
struct TimeOfDay {
  int64_t sec;
  int64_t usec;
};

// What getcpu tells: true when it was asked, and perhaps no longer when it is read.
struct CpuAndNode {
  unsigned cpu;
  unsigned node;
};

class Vdso {
 public:
  // No vDSO: every function is the system call.
  constexpr Vdso() = default;

  // Pre: as for auxiliary_vector (sys/auxv.h).
  static Vdso find(char** envp) {
    const AuxiliaryEntry* const entry = find_auxiliary(envp, kAT_SYSINFO_EHDR);
    return from_image(entry == nullptr ? nullptr : reinterpret_cast<const void*>(entry->value));
  }

  // For programs with a libc: header is getauxval(AT_SYSINFO_EHDR), or null.
  static Vdso from_image(const void* header) {
    namespace names = detail::vdso_names;
    const ElfImage image = ElfImage::from_header(header);
    Vdso vdso;
    vdso.clock_gettime_ = image.function<ClockGettime>(names::kClockGettime);
    vdso.gettimeofday_ = image.function<Gettimeofday>(names::kGettimeofday);
    vdso.getcpu_ = image.function<Getcpu>(names::kGetcpu);
    vdso.getrandom_ = image.function<Getrandom>(names::kGetrandom);
    return vdso;
  }

  // Tells a clock's time. Errors: those of clock_gettime(2).
  Result<void> clock_gettime(Clock clock, Timespec& time) const {
    if (clock_gettime_ != nullptr && clock_gettime_(to_raw(clock), &time) == 0) {
      return Result<void>::from_raw(0);
    }
    return portable::clock_gettime(clock, time);
  }

  // Tells the time of day, in UTC.
  Result<void> gettimeofday(TimeOfDay& time) const {
    if (gettimeofday_ != nullptr && gettimeofday_(&time, nullptr) == 0) {
      return Result<void>::from_raw(0);
    }
    Timespec precise;
    const Result<void> told = clock_gettime(kCLOCK_REALTIME, precise);
    if (told.ok()) time = {precise.sec, static_cast<int32_t>(precise.nsec) / kNanosPerMicro};
    return told;
  }

  // Tells the CPU that the caller runs on, and its NUMA node.
  Result<void> getcpu(CpuAndNode& where) const {
    if (getcpu_ != nullptr && getcpu_(&where.cpu, &where.node, nullptr) == 0) {
      return Result<void>::from_raw(0);
    }
    return Result<void>::from_raw(raw::call3(nr::kgetcpu, reinterpret_cast<long>(&where.cpu),
                                             reinterpret_cast<long>(&where.node), 0));
  }

  // What the kernel offers here.
  constexpr bool has_clock_gettime() const { return clock_gettime_ != nullptr; }
  constexpr bool has_gettimeofday() const { return gettimeofday_ != nullptr; }
  constexpr bool has_getcpu() const { return getcpu_ != nullptr; }
  constexpr bool has_getrandom() const { return getrandom_ != nullptr; }

 private:
  friend class VdsoRandom;

  // A failure is told in ways that differ between ABIs; that it is one is told by "not 0" on all.
  using ClockGettime = long(int clock, Timespec* time);
  using Gettimeofday = long(TimeOfDay* time, void* time_zone);
  using Getcpu = long(unsigned* cpu, unsigned* node, void* unused);
  using Getrandom = long(void* buffer, size_t size, unsigned flags, void* state, size_t state_size);

  static constexpr int32_t kNanosPerMicro = 1000;

  ClockGettime* clock_gettime_ = nullptr;
  Gettimeofday* gettimeofday_ = nullptr;
  Getcpu* getcpu_ = nullptr;
  Getrandom* getrandom_ = nullptr;
};

}  // namespace sys
