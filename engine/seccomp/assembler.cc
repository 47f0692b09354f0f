// SPDX-License-Identifier: Apache-2.0
#include "engine/seccomp/assembler.h"

#include "syscalls/constants.h"

namespace nosc::seccomp {

Label Assembler::put(uint32_t code, uint32_t k) {
  if (++used_ <= kLongestProgram) {
    sys::SockFilter& instruction = room_[kLongestProgram - used_];
    instruction = {.code = static_cast<uint16_t>(code), .jt = 0, .jf = 0, .k = k};
  }
  return used_;
}

Label Assembler::jump(uint32_t test, uint32_t k, Label if_true, Label if_false) {
  const Label label = put(sys::kBPF_JMP | test | sys::kBPF_K, k);
  if (!overflowed()) {
    sys::SockFilter& instruction = room_[kLongestProgram - used_];
    instruction.jt = static_cast<uint8_t>(used_ - 1 - if_true);
    instruction.jf = static_cast<uint8_t>(used_ - 1 - if_false);
  }
  return label;
}

Label Assembler::reach(Label label) {
  if (!is_near(label)) label = put(sys::kBPF_JMP | sys::kBPF_JA, used_ - label);
  return label;
}

void Assembler::fall_to(Label label) {
  if (label != used_) put(sys::kBPF_JMP | sys::kBPF_JA, used_ - label);
}

}  // namespace nosc::seccomp
