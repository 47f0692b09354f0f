// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdint.h>

#include "syscalls/constants.h"

namespace sys {

// One pair of the auxiliary vector, in the kernel's layout (both are words of the ABI).
struct AuxiliaryEntry {
  AuxvType type;    // kAT_NULL ends the vector
  uintptr_t value;  // a number or an address, by type
};

// The auxiliary vector of this process.
// Pre: envp is the pointer that sys_main was given; the environment may have been rewritten, but
// not the list of pointers.
inline const AuxiliaryEntry* auxiliary_vector(char** envp) {
  while (*envp != nullptr) {
    ++envp;
  }
  return reinterpret_cast<const AuxiliaryEntry*>(envp + 1);
}

// The entry of that type (getauxval(3)'s AT_PAGESZ, AT_RANDOM...), or null if the kernel gave none.
// Pre: as for auxiliary_vector.
inline const AuxiliaryEntry* find_auxiliary(char** envp, AuxvType type) {
  for (const AuxiliaryEntry* entry = auxiliary_vector(envp); entry->type != kAT_NULL; ++entry) {
    if (entry->type == type) {
      return entry;
    }
  }
  return nullptr;
}

}  // namespace sys
