// SPDX-License-Identifier: Apache-2.0
//
// Times getpid of the layer beside the same loop in assembly, in turns. A line is the median and
// the least of kRounds rounds, in picoseconds per call.
#include "syscalls/freestanding/start.h"
#include "syscalls/portable.h"
#include "syscalls/processes.h"

int sum_by_hand(int calls);

namespace {

constexpr int kRounds = 201;
constexpr int kCallsPerRound = 20000;
constexpr uint64_t kNanosPerSecond = 1000000000;
constexpr uint64_t kPicosPerNano = 1000;

using Rounds = uint64_t[kRounds];

[[gnu::noinline]] int sum_typed(int calls) {
  int sum = 0;
  for (int i = 0; i < calls; ++i) sum += to_raw(sys::getpid());
  return sum;
}

uint64_t now_ns() {
  sys::Timespec time;
  if (!sys::portable::clock_gettime(sys::kCLOCK_MONOTONIC, time).ok()) sys::exit_group(1);
  return static_cast<uint64_t>(time.sec) * kNanosPerSecond + static_cast<uint64_t>(time.nsec);
}

uint64_t time_ps(int (*sum)(int)) {
  const uint64_t start = now_ns();
  const int got = sum(kCallsPerRound);
  const uint64_t end = now_ns();
  if (got != kCallsPerRound * to_raw(sys::getpid())) sys::exit_group(1);
  return (end - start) * kPicosPerNano / kCallsPerRound;
}

void sort(Rounds& rounds) {
  for (int i = 1; i < kRounds; ++i) {
    for (int j = i; j > 0 && rounds[j] < rounds[j - 1]; --j) {
      const uint64_t swapped = rounds[j];
      rounds[j] = rounds[j - 1];
      rounds[j - 1] = swapped;
    }
  }
}

void print(sys::Bytes text) { (void)sys::write(sys::BorrowedFd::from_raw(1), text); }

void print_number(uint64_t number) {
  char digits[24];
  size_t start = sizeof(digits);
  digits[--start] = ' ';
  do {
    digits[--start] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  print(sys::Bytes(digits + start, sizeof(digits) - start));
}

void report(Rounds& rounds, sys::Bytes name) {
  sort(rounds);
  print_number(rounds[kRounds / 2]);
  print_number(rounds[0]);
  print(name);
}

}  // namespace

int sys_main(int, char**, char**) {
  static Rounds typed;
  static Rounds by_hand;
  for (int i = 0; i < kRounds; ++i) {
    typed[i] = time_ps(sum_typed);
    by_hand[i] = time_ps(sum_by_hand);
  }
  print(sys::text("median least, ps\n"));
  report(typed, sys::text("getpid, typed\n"));
  report(by_hand, sys::text("getpid, by hand\n"));
  return 0;
}
