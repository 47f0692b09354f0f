// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace nosc::process {

// The stub as a file: the program that stub.cc is linked into, for this architecture.
extern const std::span<const unsigned char> kStubImage;

}  // namespace nosc::process
