// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes a classic BPF program backwards, from its last instruction to its first. Jumps go forwards
// only, so whatever an instruction jumps to is there already, and its distance known.

#include <cstdint>
#include <span>

#include "syscalls/types.h"

namespace nosc::seccomp {

// BPF_MAXINSNS of linux/bpf_common.h: the most that the kernel takes.
inline constexpr uint32_t kLongestProgram = 4096;

// An instruction by its distance from the end of the program, counted from 1; 0: none.
using Label = uint32_t;

class Assembler {
 public:
  // Pre: `room` has kLongestProgram elements.
  explicit Assembler(std::span<sys::SockFilter> room) : room_(room) {}

  // Puts an instruction in front of the others. One too many is counted and not written.
  Label put(uint32_t code, uint32_t k);

  // Puts a conditional jump in front. Pre: both targets are within reach().
  Label jump(uint32_t test, uint32_t k, Label if_true, Label if_false);

  // A label that a jump can have as its target when up to kSlack instructions come between: the
  // label itself, or that of a jump to it.
  Label reach(Label label);
  bool is_near(Label label) const { return used_ + kSlack - label <= kFarthest; }

  // Makes what is put next be followed by the instruction at the label.
  void fall_to(Label label);

  // Pre: !overflowed().
  std::span<const sys::SockFilter> program() const { return room_.last(used_); }
  bool overflowed() const { return used_ > kLongestProgram; }

 private:
  static constexpr uint32_t kFarthest = UINT8_MAX;
  static constexpr uint32_t kSlack = 10;  // more than a comparison of one argument takes

  std::span<sys::SockFilter> room_;
  uint32_t used_ = 0;
};

}  // namespace nosc::seccomp
