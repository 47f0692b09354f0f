// SPDX-License-Identifier: Apache-2.0
#include "engine/process/stub/image.h"

#include <algorithm>
#include <array>
#include <bit>

#include "engine/process/stub/in_place.h"

namespace nosc::process {
namespace {

constexpr unsigned char kBytes[] = {
#include "engine/process/stub/image.inc"
};

// What the note says, which alone in the file has its owner's name.
constexpr uintptr_t entrance() {
  constexpr std::array<unsigned char, sizeof InPlaceNote{}.name> kOwner{'n', 'o', 's', 'c'};
  const auto* const found = std::ranges::search(kBytes, kOwner).end();
  std::array<unsigned char, sizeof(uintptr_t)> address{};
  std::copy_n(found, address.size(), address.begin());
  return std::bit_cast<uintptr_t>(address);
}

// The linker puts the file's begin at a multiple of the largest page there is.
constexpr uintptr_t kLargestPageBytes = uintptr_t{64} << 10;
constexpr uintptr_t kAddress = entrance() & ~(kLargestPageBytes - 1);
static_assert(entrance() - kAddress < sizeof kBytes, "the stub is one segment, from its begin on");

}  // namespace

constinit const std::span<const unsigned char> kStubImage = kBytes;
constinit const uintptr_t kStubAddress = kAddress;
constinit const uintptr_t kStubEntrance = entrance();

}  // namespace nosc::process
