// SPDX-License-Identifier: Apache-2.0
#include "tests/support/kernel_filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <span>

namespace nosc::testing {
namespace {

constexpr std::array kClone3 = {SYS_clone3};
constexpr std::array kOpenat2 = {SYS_openat2};
constexpr std::array kNewMountApi = {SYS_open_tree, SYS_move_mount, SYS_fsopen,       SYS_fsconfig,
                                     SYS_fsmount,   SYS_fspick,     SYS_mount_setattr};
// Everything that came after Linux 5.2, as far as a container engine has a use for it.
constexpr std::array kSinceLinux52 = {
    SYS_clone3,      SYS_openat2,    SYS_open_tree,  SYS_move_mount, SYS_fsopen,
    SYS_fsconfig,    SYS_fsmount,    SYS_fspick,     SYS_pidfd_open, SYS_mount_setattr,
    SYS_pidfd_getfd, SYS_faccessat2, SYS_close_range};

std::span<const int> missing_calls(Kernel kernel) {
  switch (kernel) {
    case Kernel::kFull: return {};
    case Kernel::kNoClone3: return kClone3;
    case Kernel::kNoOpenat2: return kOpenat2;
    case Kernel::kNoNewMountApi: return kNewMountApi;
    case Kernel::kOld: return kSinceLinux52;
  }
  return {};
}

}  // namespace

bool install_kernel_filter(Kernel kernel) {
  const std::span<const int> calls = missing_calls(kernel);
  if (calls.empty()) return true;
  // The calls looked at have the same number on every architecture, so the filter does not ask
  // which one the caller uses.
  std::array<sock_filter, 64> program;
  size_t length = 0;
  program[length++] = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
  for (int call : calls) {
    program[length++] = BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1);
    program[length++] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
  }
  program[length++] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  const sock_fprog filter = {static_cast<unsigned short>(length), program.data()};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace nosc::testing
