// SPDX-License-Identifier: Apache-2.0
//
// The vDSO of whatever runs this, and the system call where there is none: both must tell the same.
#include "syscalls/sys/vdso.h"

#include "syscalls/freestanding/start.h"
#include "syscalls/sys/retry.h"
#include "syscalls/sys/vdso_random.h"

namespace {

constexpr int64_t kNanosPerSecond = 1000000000;

void say(sys::Bytes text) { (void)sys::write(sys::BorrowedFd::from_raw(1), text); }

template <size_t kSize>
void report(const char (&name)[kSize], bool passed) {
  say(passed ? sys::text("ok ") : sys::text("not ok "));
  say(sys::Bytes(name, kSize - 1));
  say(passed ? sys::text("\n") : sys::text(": differs from the system call\n"));
}

// A case that only means something where the vDSO has the function.
template <size_t kSize>
void report_offered(const char (&name)[kSize], bool offered, bool passed) {
  if (offered) {
    report(name, passed);
    return;
  }
  say(sys::text("skip "));
  say(sys::Bytes(name, kSize - 1));
  say(sys::text(": not offered here\n"));
}

int64_t nanos(const sys::Timespec& time) { return time.sec * kNanosPerSecond + time.nsec; }

// The clock read through the vDSO lies between two readings by system calls.
bool clock_agrees(const sys::Vdso& vdso, sys::Clock clock) {
  sys::Timespec before;
  sys::Timespec between;
  sys::Timespec after;
  return sys::portable::clock_gettime(clock, before).ok() &&
         vdso.clock_gettime(clock, between).ok() &&
         sys::portable::clock_gettime(clock, after).ok() && nanos(before) <= nanos(between) &&
         nanos(between) <= nanos(after) && nanos(before) > 0;
}

bool time_of_day_agrees(const sys::Vdso& vdso) {
  sys::Timespec before;
  sys::TimeOfDay between;
  sys::Timespec after;
  if (!sys::portable::clock_gettime(sys::kCLOCK_REALTIME, before).ok() ||
      !vdso.gettimeofday(between).ok() ||
      !sys::portable::clock_gettime(sys::kCLOCK_REALTIME, after).ok()) {
    return false;
  }
  // Microseconds are cut off, not rounded.
  const int64_t told = between.sec * kNanosPerSecond + between.usec * 1000;
  return nanos(before) - 1000 < told && told <= nanos(after);
}

// An unknown clock is an error by either way.
bool refuses_unknown_clock(const sys::Vdso& vdso) {
  sys::Timespec time;
  return vdso.clock_gettime(static_cast<sys::Clock>(1000), time).failed_with(sys::kEINVAL);
}

bool cpu_exists(const sys::Vdso& vdso) {
  sys::CpuAndNode where = {~0U, ~0U};
  return vdso.getcpu(where).ok() && where.cpu < 1U << 16 && where.node < 1U << 16;
}

bool differs(const unsigned char* left, const unsigned char* right, size_t size_bytes) {
  unsigned difference = 0;
  for (size_t i = 0; i < size_bytes; ++i) difference |= static_cast<unsigned>(left[i] ^ right[i]);
  return difference != 0;
}

bool random_is_not_repeated(const sys::VdsoRandom& random) {
  unsigned char first[600] = {};
  unsigned char second[600] = {};
  const auto one = random.getrandom(first);
  const auto two = random.getrandom(second);
  return one.ok() && two.ok() && *one == sizeof(first) && *two == sizeof(second) &&
         differs(first, second, sizeof(first)) && differs(first, first + 300, 300);
}

bool random_differs_after_a_fork(const sys::VdsoRandom& random) {
  unsigned char mine[32] = {};
  unsigned char childs[32] = {};
  sys::FdPair pipe;
  if (!sys::pipe2(pipe, {}).ok()) return false;
  const auto child = sys::portable::clone_process({}, sys::kSIGCHLD);
  if (!child.ok()) return false;
  const auto filled = random.getrandom(mine);
  if (*child == sys::Pid{0}) {
    sys::exit_group(filled.ok() && sys::write(pipe.second, mine).ok() ? 0 : 1);
  }
  const auto got = sys::retry_eintr([&] { return sys::read(pipe.first, childs); });
  return filled.ok() && got.ok() && *got == sizeof(childs) && differs(mine, childs, sizeof(mine));
}

}  // namespace

int sys_main(int, char**, char** envp) {
  const sys::Vdso vdso = sys::Vdso::find(envp);
  const sys::Vdso none;
  report_offered("vdso_clock_gettime_monotonic", vdso.has_clock_gettime(),
                 clock_agrees(vdso, sys::kCLOCK_MONOTONIC));
  report_offered("vdso_clock_gettime_realtime", vdso.has_clock_gettime(),
                 clock_agrees(vdso, sys::kCLOCK_REALTIME));
  report_offered("vdso_refuses_unknown_clock", vdso.has_clock_gettime(),
                 refuses_unknown_clock(vdso));
  report_offered("vdso_gettimeofday", vdso.has_gettimeofday(), time_of_day_agrees(vdso));
  report_offered("vdso_getcpu", vdso.has_getcpu(), cpu_exists(vdso));
  report("without_vdso_clock_gettime", clock_agrees(none, sys::kCLOCK_MONOTONIC));
  report("without_vdso_refuses_unknown_clock", refuses_unknown_clock(none));
  report("without_vdso_gettimeofday", time_of_day_agrees(none));
  report("without_vdso_getcpu", cpu_exists(none));

  const sys::VdsoRandom random = sys::VdsoRandom::make(vdso);
  report_offered("vdso_getrandom", random.is_fast(), random_is_not_repeated(random));
  report_offered("vdso_getrandom_after_fork", random.is_fast(),
                 random_differs_after_a_fork(random));
  report("without_vdso_getrandom", random_is_not_repeated(sys::VdsoRandom()));
  return 0;
}
