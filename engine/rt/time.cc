// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/time.h"

#include "syscalls/sys.h"

namespace nosc {
namespace {

struct Date {
  uint32_t year;
  uint32_t month;  // 1 to 12
  uint32_t day;    // 1 to 31
};

// Years are counted from March here, so that the leap day comes last and the lengths of months
// repeat every five: 31 30 31 30 31.
Date date_of(uint32_t days_since_1970) {
  constexpr uint32_t kDaysBefore1970 = 719468;  // since March 1st of the year 0
  constexpr uint32_t kDaysOf400Years = 146097;
  const uint32_t days = days_since_1970 + kDaysBefore1970;
  const uint32_t era = days / kDaysOf400Years;
  const uint32_t of_era = days % kDaysOf400Years;
  const uint32_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const uint32_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint32_t month_from_march = (5 * of_year + 2) / 153;
  const uint32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {.year = year_of_era + era * 400 + (month <= 2 ? 1 : 0),
          .month = month,
          .day = of_year - (153 * month_from_march + 2) / 5 + 1};
}

}  // namespace

void write_time(Writer& out, uint32_t unix_time_s) {
  const Date date = date_of(unix_time_s / 86400);
  const uint32_t parts[] = {date.month, date.day, unix_time_s / 3600 % 24, unix_time_s / 60 % 60,
                            unix_time_s % 60};
  constexpr char kBefore[] = {'-', '-', 'T', ':', ':'};
  out.decimal(date.year);
  for (int i = 0; i < 5; ++i) {
    out.character(kBefore[i]);
    if (parts[i] < 10) out.character('0');
    out.decimal(parts[i]);
  }
  out.character('Z');
}

void write_time_now(Writer& out) {
  sys::Timespec now{};
  (void)sys::portable::clock_gettime(sys::kCLOCK_REALTIME, now);
  write_time(out, static_cast<uint32_t>(now.sec));
}

}  // namespace nosc
