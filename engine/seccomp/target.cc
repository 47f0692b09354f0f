// SPDX-License-Identifier: Apache-2.0
#include "engine/seccomp/target.h"

#include "syscalls/abi.h"
#include "syscalls/errno.h"

namespace nosc::seccomp {
namespace {

constexpr size_t kNative = internal::machine_index(sys::kAbiName);
static_assert(kTarget<kNative>.enosys == sys::kENOSYS.value());

}  // namespace

const Target& native_target() { return kTarget<kNative>; }

}  // namespace nosc::seccomp
