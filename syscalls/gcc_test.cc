// SPDX-License-Identifier: Apache-2.0
//
// The headers compile with gcc 12 as C++20, where it is installed.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <string>

namespace {

TEST(Gcc, CompilesEveryHeader) {
  if (system("g++-12 --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "no g++-12";
  const std::string source = testing::TempDir() + "/headers.cc";
  std::ofstream file(source);
  for (const char* header :
       {"sys.h", "errno_messages.h", "sys/decode.h", "sys/fallback.h", "sys/names.h",
        "sys/network.h", "sys/retry.h", "sys/signal_set.h", "sys/vdso.h", "sys/vdso_random.h"}) {
    file << "#include \"syscalls/" << header << "\"\n";
  }
  file << "int main() { return sys::getpid() == sys::Pid{0}; }\n";
  file.close();
  const std::string command =
      "g++-12 -std=c++20 -O2 -Wall -Wextra -c -o /dev/null -iquote . " + source;
  EXPECT_EQ(system(command.c_str()), 0);
}

}  // namespace
