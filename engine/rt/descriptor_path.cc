// SPDX-License-Identifier: Apache-2.0
#include "engine/rt/descriptor_path.h"

#include <cstring>

namespace nosc {

DescriptorPath::DescriptorPath(sys::BorrowedFd fd) {
  std::memcpy(text_, "/proc/self/fd/", kPrefixBytes);
  char digits[10];
  int count = 0;
  unsigned number = static_cast<unsigned>(fd.raw());
  do {
    digits[count++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  char* end = text_ + kPrefixBytes;
  while (count > 0) *end++ = digits[--count];
  *end = '\0';
}

}  // namespace nosc
