// SPDX-License-Identifier: Apache-2.0

#include <gtest/gtest.h>

#include "tests/support/private_machine.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return nosc::testing::run_in_private_machine([] { return RUN_ALL_TESTS(); });
}
