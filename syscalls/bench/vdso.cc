// SPDX-License-Identifier: Apache-2.0
//
// Times the vDSO's functions beside the system calls that they replace. A line is the median and
// the least of kRounds rounds, in nanoseconds per call.
#include "syscalls/sys/vdso.h"

#include "syscalls/freestanding/start.h"
#include "syscalls/sys/vdso_random.h"

namespace {

constexpr int kRounds = 51;
constexpr int kCallsPerRound = 20000;
constexpr uint64_t kNanosPerSecond = 1000000000;

uint64_t now_ns() {
  sys::Timespec time;
  if (!sys::portable::clock_gettime(sys::kCLOCK_MONOTONIC, time).ok()) sys::exit_group(1);
  return static_cast<uint64_t>(time.sec) * kNanosPerSecond + static_cast<uint64_t>(time.nsec);
}

void print(sys::Bytes text) { (void)sys::write(sys::BorrowedFd::from_raw(1), text); }

// A number of tenths, as "12.3 ".
void print_tenths(uint64_t tenths) {
  char digits[24];
  size_t start = sizeof(digits);
  digits[--start] = ' ';
  digits[--start] = static_cast<char>('0' + tenths % 10);
  digits[--start] = '.';
  tenths /= 10;
  do {
    digits[--start] = static_cast<char>('0' + tenths % 10);
    tenths /= 10;
  } while (tenths != 0);
  print(sys::Bytes(digits + start, sizeof(digits) - start));
}

template <size_t kSize, typename Call>
void measure(const char (&name)[kSize], Call call) {
  uint64_t rounds[kRounds];
  for (uint64_t& round : rounds) {
    const uint64_t start = now_ns();
    for (int i = 0; i < kCallsPerRound; ++i) {
      if (!call().ok()) sys::exit_group(1);
    }
    round = (now_ns() - start) * 10 / kCallsPerRound;
  }
  for (int i = 1; i < kRounds; ++i) {
    for (int j = i; j > 0 && rounds[j] < rounds[j - 1]; --j) {
      const uint64_t swapped = rounds[j];
      rounds[j] = rounds[j - 1];
      rounds[j - 1] = swapped;
    }
  }
  print_tenths(rounds[kRounds / 2]);
  print_tenths(rounds[0]);
  print(sys::Bytes(name, kSize - 1));
}

}  // namespace

int sys_main(int, char**, char** envp) {
  const sys::Vdso vdso = sys::Vdso::find(envp);
  const sys::Vdso none;
  const sys::VdsoRandom random = sys::VdsoRandom::make(vdso);
  const sys::VdsoRandom unhurried;
  sys::Timespec time;
  sys::TimeOfDay day;
  sys::CpuAndNode where;
  unsigned char bytes[16];
  print(sys::text("median least, ns\n"));
  measure("clock_gettime, vDSO\n", [&] { return vdso.clock_gettime(sys::kCLOCK_MONOTONIC, time); });
  measure("clock_gettime, call\n", [&] { return none.clock_gettime(sys::kCLOCK_MONOTONIC, time); });
  measure("gettimeofday, vDSO\n", [&] { return vdso.gettimeofday(day); });
  measure("gettimeofday, call\n", [&] { return none.gettimeofday(day); });
  measure("getcpu, vDSO\n", [&] { return vdso.getcpu(where); });
  measure("getcpu, call\n", [&] { return none.getcpu(where); });
  measure("getrandom of 16 bytes, vDSO\n", [&] { return random.getrandom(bytes); });
  measure("getrandom of 16 bytes, call\n", [&] { return unhurried.getrandom(bytes); });
  return 0;
}
