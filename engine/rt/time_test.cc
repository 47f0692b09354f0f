// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/time.h"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

namespace nosc {
namespace {

std::string written(uint32_t unix_time_s) {
  BufferWriter<32> out;
  write_time(out, unix_time_s);
  return std::string(out.view());
}

TEST(Time, KnownMoments) {
  EXPECT_EQ(written(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(written(951782399), "2000-02-28T23:59:59Z");
  EXPECT_EQ(written(951782400), "2000-02-29T00:00:00Z");
  EXPECT_EQ(written(4107542399), "2100-02-28T23:59:59Z");
  EXPECT_EQ(written(4107542400), "2100-03-01T00:00:00Z");
}

TEST(Time, EveryDayAsTheCLibraryHasIt) {
  for (uint32_t day = 0; day < 49000; ++day) {
    const std::time_t moment = day * std::time_t{86400} + day % 86400;
    char expected[32];
    std::strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&moment));
    ASSERT_EQ(written(static_cast<uint32_t>(moment)), expected);
  }
}

}  // namespace
}  // namespace nosc
