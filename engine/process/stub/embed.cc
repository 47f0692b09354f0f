// SPDX-License-Identifier: Apache-2.0
//
// Writes a file as the numbers of a C++ array's initialiser: embed INPUT OUTPUT.

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

constexpr int kNumbersPerLine = 20;

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: embed INPUT OUTPUT\n", stderr);
    return EXIT_FAILURE;
  }
  const File input(std::fopen(argv[1], "rb"), std::fclose);
  File output(std::fopen(argv[2], "wb"), std::fclose);
  if (!input || !output) {
    std::perror("embed");
    return EXIT_FAILURE;
  }
  int written = 0;
  for (int byte = std::getc(input.get()); byte != EOF; byte = std::getc(input.get())) {
    std::fprintf(output.get(), ++written % kNumbersPerLine == 0 ? "%d,\n" : "%d,", byte);
  }
  const bool failed = std::ferror(input.get()) != 0 || std::ferror(output.get()) != 0;
  return std::fclose(output.release()) != 0 || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
