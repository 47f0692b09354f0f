// SPDX-License-Identifier: Apache-2.0
#include "engine/process/stub/image.h"

namespace nosc::process {
namespace {

constexpr unsigned char kBytes[] = {
#include "engine/process/stub/image.inc"
};

}  // namespace

constinit const std::span<const unsigned char> kStubImage = kBytes;

}  // namespace nosc::process
