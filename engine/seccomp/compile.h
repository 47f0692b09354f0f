// SPDX-License-Identifier: Apache-2.0
#pragma once

// The compiler: from the calls and rules of a profile to one program of classic BPF.
//
// 1. Every (ABI, number) gets a verdict: an action, or a list of rules that are tried in the order
//    of the profile and end in the default action. Verdicts are shared: two calls that the same
//    entries of the profile name have one.
// 2. Neighbouring numbers of one verdict become a range. The ranges of an audit architecture cover
//    all numbers; x32 is a range of x86_64's numbers.
// 3. The program tells the architectures apart, then the ranges by halving, and jumps to the
//    code of the verdict, which is there once. It is written backwards (assembler.h).
//
// What a profile means is what runc and libseccomp make of it, verdict by verdict:
// - An entry whose action is the default's has no effect. An unconditional entry replaces all
//   conditional ones of the call, and then the first unconditional one stands.
// - The conditions of an entry must all hold. But if two of them are about the same argument, one
//   of them is enough.
// - ABIs of 32 bits have the lower half of their arguments compared with the lower half of values.
// - Where calls go through socketcall(2) or ipc(2), entries for the calls stand for both ways. What
//   goes that way is in memory, where filters don't see it: of an entry's conditions that about the
//   first argument gives way to the number of the call.
// - Architectures that the profile doesn't list, the native one excepted, are killed.
// - Calls above the highest number that the profile names in an ABI answer ENOSYS, if the default
//   isn't to allow, log or trace; and so does setup(2) on s390x, where the kernel puts the numbers
//   that it doesn't know.
// Source: seccomp(2); runc, libcontainer/seccomp and patchbpf; libseccomp, db.c and gen_bpf.c.

#include <cstdint>
#include <span>

#include "engine/rt/arena.h"
#include "engine/seccomp/target.h"
#include "engine/spec/seccomp.h"
#include "syscalls/types.h"

namespace nosc::seccomp {

// What happens to names that no ABI of the machine has.
enum class UnknownNames : uint8_t { kSkipped, kRefused };

// Compiles a profile.
// Shape: the program lives in `arena`.
// Errors: kInvalid with the place of an argument beyond the sixth, a number of an errno beyond 16
// bits or of an action that has none, a list of no names, an unknown name where that is refused, or
// a program that is too long.
std::span<const sys::SockFilter> compile(const spec::Seccomp& profile, const Target& target,
                                         UnknownNames unknown, Arena& arena);

}  // namespace nosc::seccomp
