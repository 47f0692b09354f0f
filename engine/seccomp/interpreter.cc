// SPDX-License-Identifier: Apache-2.0
#include "engine/seccomp/interpreter.h"

#include <linux/filter.h>

#include <cstring>

namespace nosc::seccomp {
namespace {

unsigned run_length = 0;

// The kernel's view of seccomp_data is words in the machine's own byte order.
uint32_t load(const sys::SeccompData& call, uint32_t offset, ByteOrder byte_order) {
  if (offset == offsetof(sys::SeccompData, nr)) return static_cast<uint32_t>(call.nr);
  if (offset == offsetof(sys::SeccompData, arch)) return call.arch;
  uint64_t value = call.instruction_pointer;
  if (offset >= offsetof(sys::SeccompData, args)) {
    value = call.args[(offset - offsetof(sys::SeccompData, args)) / sizeof value];
  }
  const bool is_second = offset % sizeof value != 0;
  return static_cast<uint32_t>(is_second == (byte_order == ByteOrder::kLittle) ? value >> 32
                                                                               : value);
}

}  // namespace

std::optional<uint32_t> run_filter(std::span<const sys::SockFilter> program,
                                   const sys::SeccompData& call, ByteOrder byte_order) {
  uint32_t a = 0;
  run_length = 0;
  for (size_t at = 0; at < program.size(); ++at) {
    ++run_length;
    const sys::SockFilter& instruction = program[at];
    const uint32_t k = instruction.k;
    bool holds = false;
    switch (instruction.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (k % 4 != 0 || k >= sizeof call) return std::nullopt;
        a = load(call, k, byte_order);
        continue;
      case BPF_ALU | BPF_AND | BPF_K: a &= k; continue;
      case BPF_RET | BPF_K: return k;
      case BPF_JMP | BPF_JA: at += k; continue;
      case BPF_JMP | BPF_JEQ | BPF_K: holds = a == k; break;
      case BPF_JMP | BPF_JGE | BPF_K: holds = a >= k; break;
      case BPF_JMP | BPF_JGT | BPF_K: holds = a > k; break;
      case BPF_JMP | BPF_JSET | BPF_K: holds = (a & k) != 0; break;
      default: return std::nullopt;
    }
    at += holds ? instruction.jt : instruction.jf;
  }
  return std::nullopt;
}

unsigned latest_run_length() { return run_length; }

bool is_accepted(std::span<const sys::SockFilter> program) {
  if (program.empty() || program.size() > BPF_MAXINSNS) return false;
  if (program.back().code != (BPF_RET | BPF_K)) return false;
  for (size_t at = 0; at < program.size(); ++at) {
    const sys::SockFilter& instruction = program[at];
    const size_t left = program.size() - at - 1;
    switch (instruction.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (instruction.k % 4 != 0 || instruction.k >= sizeof(sys::SeccompData)) return false;
        break;
      case BPF_ALU | BPF_AND | BPF_K:
      case BPF_RET | BPF_K: break;
      case BPF_JMP | BPF_JA:
        if (instruction.k >= left) return false;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
      case BPF_JMP | BPF_JGE | BPF_K:
      case BPF_JMP | BPF_JGT | BPF_K:
      case BPF_JMP | BPF_JSET | BPF_K:
        if (instruction.jt >= left || instruction.jf >= left) return false;
        break;
      default: return false;
    }
  }
  return true;
}

}  // namespace nosc::seccomp
