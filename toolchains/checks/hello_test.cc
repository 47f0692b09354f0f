// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <string>

#include "gtest/gtest.h"
#include "toolchains/testing/emulator.h"

TEST(FreestandingToolchain, RunsHello) {
  const std::string command =
      nosc::testing::find_emulator() + " ./" + getenv("NOSC_PROGRAM") + " one two";
  FILE* output = popen(command.c_str(), "r");
  ASSERT_NE(output, nullptr);
  char text[16] = {};
  ASSERT_NE(fgets(text, sizeof text, output), nullptr) << command;
  EXPECT_STREQ(text, "hello\n");
  EXPECT_EQ(WEXITSTATUS(pclose(output)), 3);
}
