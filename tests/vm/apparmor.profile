# SPDX-License-Identifier: Apache-2.0
# What the cases of AppArmor confine a container with: everything but one file.
abi <abi/3.0>,
profile nosc-test flags=(attach_disconnected) {
  capability,
  network,
  signal,
  ptrace,
  / r,
  /** mrwlkix,
  deny /tmp/denied rw,
}
