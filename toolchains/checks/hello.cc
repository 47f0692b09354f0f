// SPDX-License-Identifier: Apache-2.0
// The smallest program: prints a line and ends with the number of its arguments.
#include "toolchains/checks/start.h"

[[gnu::used]] void check_main(const long* stack) {
  constexpr char kText[] = "hello\n";
  check_write(1, kText, sizeof kText - 1);
  check_exit(static_cast<int>(stack[0]));
}
