// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include <span>

namespace nosc::process {

// The stub as a file: the program that stub.cc is linked into, for this architecture.
extern const std::span<const unsigned char> kStubImage;

// Where it has to be mapped, all of it at once, to be entered by a call, and the address of the
// function that is called (InPlaceEntrance).
extern const uintptr_t kStubAddress;
extern const uintptr_t kStubEntrance;

}  // namespace nosc::process
