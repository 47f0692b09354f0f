// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>
#include <stdint.h>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  unsigned sum = 0;
  for (size_t i = 0; i < size; i++) sum += data[i];
  return sum > 1u << 31 ? -1 : 0;
}
